"""The report of a plan and its files: what the next trial would be, how likely it is to succeed, and what that rests on."""
