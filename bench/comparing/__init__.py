"""How well a copy is compared with its original: a seeded generator of recordings, edits whose truth is known, figures.

*Conventions.*  Sound is mono float32 between -1 and 1 at 16 kHz (`talkers.RATE`) until a file of it is read as the
product does.  A frame is 10 ms.  Seconds count from the beginning of each file.  What varies is drawn from a seed; only
the synthetic voices waver a little, so a capture is kept for as long as a run lasts.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the product has it: more threads cost three times the processor
