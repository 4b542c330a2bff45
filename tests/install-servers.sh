#!/bin/sh
# Installs the real servers that the tests talk to, from Debian's packages, if any is missing.
set -eu
missing=""
want() { # want COMMAND PACKAGE
    PATH="$PATH:/usr/sbin:/sbin" command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}
want mosquitto mosquitto
want snmpd snmpd
want snmpget snmp
want prometheus prometheus
want promtool prometheus
want victoria-metrics victoria-metrics
want influxd influxdb
want prometheus-snmp-exporter prometheus-snmp-exporter
want prometheus-alertmanager prometheus-alertmanager
want aiosmtpd python3-aiosmtpd
want sshd openssh-server
want nginx nginx-light
want chromium chromium
[ -z "$missing" ] && exit 0
echo "Installing for the tests:$missing"
as_root=""
[ "$(id -u)" -eq 0 ] || as_root="sudo"
# Packages must not start system services: every test starts its own server on a free port.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
    $as_root chmod +x "$policy"
    trap '$as_root rm -f "$policy"' EXIT
fi
$as_root apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
