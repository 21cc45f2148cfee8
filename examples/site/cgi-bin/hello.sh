#!/bin/sh
echo 'Content-Type: text/plain; charset=utf-8'
echo
echo "Hello, ${REMOTE_ADDR}. I am process $$, and was started for you alone."
