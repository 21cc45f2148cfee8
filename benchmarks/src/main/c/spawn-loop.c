/*
 * The operating system's own limit: threads that do nothing but posix_spawn a program, read its output to the end
 * through a pipe and wait for it.
 *
 *   spawn-loop THREADS SECONDS PROGRAM
 *
 * prints: processes started, seconds of wall clock, seconds of CPU (own and of the programs).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char *program;
static double end;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void must(int error, const char *what) {
    if (error) {
        fprintf(stderr, "spawn-loop: %s: %s\n", what, strerror(error));
        exit(1);
    }
}

static void *loop(void *count) {
    char *argv[] = {program, NULL};
    char *envp[] = {"GATEWAY_INTERFACE=CGI/1.1", "REQUEST_METHOD=GET", "PATH=/usr/bin:/bin", NULL};
    char buffer[65536];
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    while (now() < end) {
        int out[2];
        posix_spawn_file_actions_t actions;
        pid_t pid;
        must(pipe2(out, O_CLOEXEC) ? errno : 0, "pipe2");
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, null, 0);
        posix_spawn_file_actions_adddup2(&actions, out[1], 1);
        must(posix_spawn(&pid, program, &actions, NULL, argv, envp), program);
        posix_spawn_file_actions_destroy(&actions);
        close(out[1]);
        long got = 0;
        for (ssize_t n; (n = read(out[0], buffer, sizeof buffer)) > 0;) {
            got += n;
        }
        close(out[0]);
        int status;
        if (waitpid(pid, &status, 0) != pid || status != 0 || got == 0) {
            fprintf(stderr, "spawn-loop: %s: status %d, %ld octets\n", program, status, got);
            exit(1);
        }
        ++*(long *) count;
    }
    return NULL;
}

static double cpu(int who) {
    struct rusage u;
    getrusage(who, &u);
    return u.ru_utime.tv_sec + u.ru_stime.tv_sec + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: spawn-loop THREADS SECONDS PROGRAM\n");
        return 2;
    }
    int threads = atoi(argv[1]);
    pthread_t thread[threads];
    struct { long count; char apart[120]; } counts[threads];
    memset(counts, 0, sizeof counts);
    program = argv[3];
    double start = now();
    end = start + atof(argv[2]);
    for (int i = 0; i < threads; i++) {
        must(pthread_create(&thread[i], NULL, loop, &counts[i].count), "pthread_create");
    }
    long total = 0;
    for (int i = 0; i < threads; i++) {
        pthread_join(thread[i], NULL);
        total += counts[i].count;
    }
    printf("%ld %.3f %.3f\n", total, now() - start, cpu(RUSAGE_SELF) + cpu(RUSAGE_CHILDREN));
    return 0;
}
