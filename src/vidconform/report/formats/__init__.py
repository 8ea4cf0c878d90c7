"""Results for other programs: CTRF, SARIF, shields.io, CSV."""
