#!/bin/sh
# Install Debian's Chromium for the tests of the page where it is missing and can be had. Never fails: without a
# browser these tests are skipped, and say so.
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    export DEBIAN_FRONTEND=noninteractive
    { apt-get -q update && apt-get -q -y install --no-install-recommends chromium; } >/dev/null 2>&1 ||
        echo "no Chromium could be installed; tests of the page in a browser are skipped" >&2
fi
exit 0
