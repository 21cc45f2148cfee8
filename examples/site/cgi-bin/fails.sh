#!/bin/sh
# Prints something that is no header, and complains: the log of the server has both.
echo "fails.sh: the database is on holiday" >&2
echo "Traceback: this is not a header"
exit 3
