#!/bin/sh
# Places one order on a running orderflow and waits until it is confirmed.
set -eu

usage() {
    cat <<'TEXT'
usage: k8s/smoke.sh [OPTION]...

Places one order in the cluster of kubectl's current context, through a port-forward, and waits until it is CONFIRMED.
Ends with 0 then, and otherwise with 1 and the reason. Needs kubectl and curl. The order is a real one: it takes stock,
and whoever it is for gets a mail.

  --namespace NAME   where orderflow runs (orderflow)
  --product ID       what to order (the first of the demo catalogue)
  --timeout SECONDS  how long to wait for pods, answers and the verdict, each (120)
TEXT
}

namespace=orderflow
product=01980000-0000-7000-8000-000000000001
timeout=120

step() { printf '%s\n' "$*"; }
fail() {
    printf 'smoke: %s\n' "$*" >&2
    exit 1
}

while [ $# -gt 0 ]; do
    case $1 in
    -h | --help) usage; exit 0 ;;
    --namespace | --product | --timeout)
        [ $# -gt 1 ] || { echo "smoke: $1 needs a value" >&2; exit 2; }
        case $1 in
        --namespace) namespace=$2 ;;
        --product) product=$2 ;;
        --timeout) timeout=$2 ;;
        esac
        shift
        ;;
    *) echo "smoke: unknown option $1; --help tells how" >&2; exit 2 ;;
    esac
    shift
done
case $timeout in '' | *[!0-9]*) echo "smoke: --timeout takes whole seconds" >&2; exit 2 ;; esac

for tool in kubectl curl; do
    command -v "$tool" >/dev/null || fail "there is no $tool"
done
work=$(mktemp -d)
forward=
end() {
    if [ -n "$forward" ]; then kill "$forward" 2>/dev/null || true; fi
    rm -rf "$work"
}
trap end EXIT
trap 'exit 130' INT TERM

context=$(kubectl config current-context 2>/dev/null) || fail "kubectl has no current context"
step "1. context $context, namespace $namespace: waiting for the services"
for service in order inventory fraud; do
    kubectl -n "$namespace" rollout status "deployment/$service" --timeout="${timeout}s" >"$work/rollout" 2>&1 || {
        cat "$work/rollout" >&2
        kubectl -n "$namespace" get pods -l "app.kubernetes.io/name=$service" >&2 || true
        fail "$service does not become ready; see k8s/README.md, \"When a pod does not become ready\""
    }
done

# A port-forward is to one pod, and ends with it.
connect() {
    kubectl -n "$namespace" port-forward service/order :8080 >"$work/forward" 2>&1 &
    forward=$!
    port=
    tried=0
    while [ -z "$port" ]; do
        kill -0 "$forward" 2>/dev/null || fail "the port-forward ended: $(cat "$work/forward")"
        [ "$tried" -lt "$timeout" ] || fail "no port-forward within $timeout s"
        sleep 1
        tried=$((tried + 1))
        port=$(sed -n 's/^Forwarding from 127\.0\.0\.1:\([0-9]*\) .*/\1/p' "$work/forward" | head -n 1)
    done
    orders=http://127.0.0.1:$port/api/v1/orders
}
connect
step "2. order is forwarded to port $port of this machine"

value() { sed -n 's/.*"'"$1"'" *: *"\([^"]*\)".*/\1/p' "$work/answer" | head -n 1; }

key=smoke-$(date +%s)-$$
body='{"customer_id":"smoke","contact":{"email":"smoke@example.com"},"items":[{"product_id":"'$product'","quantity":1}]}'

# Right after an apply order may not find inventory yet, and the catalogue may not be loaded. The key stays the same, so that
# there is one order at most. Only a refusal stands under its key for good: it is asked for anew under the next one.
refusals=0
deadline=$(($(date +%s) + timeout))
while :; do
    : >"$work/answer"
    status=$(curl -s -o "$work/answer" -w '%{http_code}' --max-time 20 "$orders" \
        -H 'Content-Type: application/json' -H "Idempotency-Key: $key-$refusals" -d "$body") || status=none
    reason="$status $(value title): $(value detail)"
    case $status-$(value type) in
    201-*) break ;;
    none-*) reason="no answer on $orders" ;;
    422-urn:orderflow:problem:unknown-product) refusals=$((refusals + 1)) ;;
    409-urn:orderflow:problem:still-running | 5??-*) ;;
    *) fail "the order was answered $status: $(cat "$work/answer")" ;;
    esac
    [ "$(date +%s)" -lt "$deadline" ] || fail "no order within $timeout s; at last: $reason"
    step "   not yet: $reason"
    sleep 1
    kill -0 "$forward" 2>/dev/null || connect
done

id=$(value order_id)
[ -n "$id" ] || fail "the answer has no order_id: $(cat "$work/answer")"
step "3. placed order $id"

waited=0
state=
while :; do
    if curl -sf -o "$work/answer" --max-time 20 "$orders/$id"; then state=$(value state); fi
    case $state in
    CONFIRMED) break ;;
    CANCELLED) fail "order $id was cancelled: $(cat "$work/answer")" ;;
    esac
    [ "$waited" -lt "$timeout" ] ||
        fail "order $id is still ${state:-unknown} after $timeout s; look at /api/v1/flow of order, inventory and fraud"
    sleep 1
    waited=$((waited + 1))
    kill -0 "$forward" 2>/dev/null || connect
done
step "4. order $id is CONFIRMED after $waited s: its stock is bound and fraud has cleared it"
