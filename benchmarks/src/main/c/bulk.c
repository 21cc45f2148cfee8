/* A CGI script that writes as many MiB as its query says, each 64 KiB block unlike the one before. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(void) {
    static char block[65536];
    const char *query = getenv("QUERY_STRING");
    long blocks = (query ? atol(query) : 1) * 16;
    unsigned x = 1;
    for (unsigned i = 0; i < sizeof block; i++) {
        block[i] = (char) ((x = x * 1664525 + 1013904223) >> 24);
    }
    int n = snprintf(block, sizeof block, "Content-Type: application/octet-stream\n\n");
    if (write(1, block, (size_t) n) != n) {
        return 1;
    }
    for (long i = 0; i < blocks; i++) {
        memcpy(block, &i, sizeof i);
        for (size_t done = 0; done < sizeof block;) {
            ssize_t w = write(1, block + done, sizeof block - done);
            if (w < 0) {
                return 1;
            }
            done += (size_t) w;
        }
    }
    return 0;
}
