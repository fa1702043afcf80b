"""What all tests share: property tests have no deadline, since what they hold is true on a busy machine too."""

from hypothesis import settings

settings.register_profile("no_deadline", deadline=None)
settings.load_profile("no_deadline")
