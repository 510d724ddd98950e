"""Trials of other designs than two arms side by side, drawn and analysed thousands of times: a small simulator each."""
