"""What all tests share: property tests have no deadline, since what they hold is true on a busy machine too."""

import os
import tempfile

from hypothesis import settings

# Measurements of tests wait for each other, but not for one that is at work on this machine meanwhile.
os.environ["QUICKWIN_LOCKS"] = tempfile.mkdtemp(prefix="quickwin-tests-")

settings.register_profile("no_deadline", deadline=None)
settings.load_profile("no_deadline")
