"""What does every output say once?"""

from __future__ import annotations

#: Said once with every output on a patient or on what to do.
NOT_A_DEVICE = "For research and for preparing a decision; not a medical device."
