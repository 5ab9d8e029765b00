# Creates the topics that are missing, says so, and then only waits for its end.
set -eu

ask() { /opt/kafka/bin/kafka-topics.sh --bootstrap-server localhost:9094 "$@"; }

trap 'exit 0' TERM INT
until present=$(ask --list 2>/tmp/failure); do
    echo "the broker does not answer yet"
    sleep 1 &
    wait $!
done
while read -r topic partitions; do
    if ! echo "$present" | grep -qxF "$topic"; then
        ask --create --if-not-exists --topic "$topic" --partitions "$partitions" --replication-factor 1
    fi
done </etc/orderflow/topics.txt
touch /tmp/declared
echo "all topics are there"
sleep 2147483647 &
wait $!
