#!/usr/bin/env bash
# Installs what the tests need from Debian's (or Ubuntu's) packages. Quiet when nothing is missing.
set -euo pipefail

# command:package
needed=(curl:curl openssl:openssl systemd-analyze:systemd chromium:chromium)

missing=()
for entry in "${needed[@]}"; do
  command -v "${entry%%:*}" >/dev/null || missing+=("${entry##*:}")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "The tests need what is missing here. On Debian: sudo apt-get install ${missing[*]}" >&2
  echo "Elsewhere: the packages that hold curl, openssl, systemd-analyze and chromium." >&2
  exit 1
fi
echo "Installing for the tests: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
