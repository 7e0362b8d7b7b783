"""`python -m kargah.cli`: the same where `kargah` is not on the path."""

from kargah.cli import main

raise SystemExit(main())
