"""Before the infusion: what do a patient's answers say of diagnosis, red flags and treatment? For research, not a device."""
