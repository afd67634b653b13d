"""The same command for ``python -m tweespoor.cli``."""

import sys

from tweespoor.cli import main

sys.exit(main())
