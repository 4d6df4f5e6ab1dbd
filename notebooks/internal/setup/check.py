"""Fails, and says why, unless an environment holds what it shall.

    check.py REQUIREMENTS MODULE...

REQUIREMENTS names every package in its exact version.
"""

import importlib
import sys
from importlib.metadata import PackageNotFoundError, version

from packaging.requirements import Requirement

listed, modules = sys.argv[1], sys.argv[2:]
missing = []
for line in open(listed, encoding="utf-8"):
    if "==" not in line or line.startswith("#"):
        continue
    wanted = Requirement(line.rstrip("\\\n "))
    if wanted.marker and not wanted.marker.evaluate():
        continue
    try:
        found = version(wanted.name)
    except PackageNotFoundError:
        found = "nothing"
    if not wanted.specifier.contains(found):
        missing.append(f"{wanted}, found {found}")
if missing:
    sys.exit("packages are missing: " + "; ".join(missing))
for module in modules:
    importlib.import_module(module)
