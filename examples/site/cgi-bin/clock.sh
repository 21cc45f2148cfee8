#!/bin/sh
# Server-sent events: each blank line ends one, and it arrives when it is printed.
printf 'Content-Type: text/event-stream\nCache-Control: no-store\n\n'
second=0
while [ "$second" -lt 60 ]; do
    printf 'data: %s\n\n' "$(date +%H:%M:%S)"
    sleep 1
    second=$((second + 1))
done
printf 'event: end\ndata: end\n\n'
