#!/bin/sh
# Print the path of a Python that TradeStream runs on (3.11 to 3.13).
#
# usage: find_python.sh [CANDIDATE]
# With CANDIDATE (make's PYTHON=...) only that one is tried. Nothing suitable:
# one line that names what was found, and status 1.
set -u

# The real path: inside an activated environment `python3` is that environment's.
probe='
import os, sys
print("%d.%d.%d %s" % (sys.version_info[:3] + (os.path.realpath(sys.executable),)))
'
found=""

if [ -n "${1:-}" ]; then
  candidates=$1
else
  candidates="python3 python3.13 python3.12 python3.11"
fi

for candidate in $candidates; do
  answer=$("$candidate" -c "$probe" 2>/dev/null) || continue
  version=${answer%% *}
  case $version in
    3.11.* | 3.12.* | 3.13.*)
      printf '%s\n' "${answer#* }"
      exit 0
      ;;
  esac
  found="${found:+$found, }$candidate is $version"
done

echo "Python 3.11, 3.12 or 3.13 is required, found: ${found:-none of $candidates};" \
  "name one with PYTHON=/path/to/python" >&2
exit 1
