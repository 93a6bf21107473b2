"""What a package takes on disk, with all that it needs."""

import re
from importlib import metadata


def closure(name, seen):
    key = re.sub(r"[-_.]+", "-", name).lower()
    if key in seen:
        return
    try:
        seen[key] = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return
    for line in seen[key].requires or []:
        if "extra ==" not in line:
            closure(re.match(r"[\w.-]+", line).group(0), seen)


def megabytes(name):
    found = {}
    closure(name, found)
    paths = {file.locate().resolve() for one in found.values() for file in one.files or []}
    return sum(path.stat().st_size for path in paths if path.is_file()) / 1e6
