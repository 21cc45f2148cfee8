package dev.htbin.process.posix;

import static dev.htbin.process.posix.LinuxAbi.O_CLOEXEC;
import static dev.htbin.process.posix.LinuxAbi.O_DIRECTORY;
import static dev.htbin.process.posix.LinuxAbi.O_PATH;

import dev.htbin.process.LaunchException;
import dev.htbin.process.LaunchSpec;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * The start of a process by posix_spawn(3).
 *
 * @param ward whose warden does it
 * @param image what is executed
 * @param attributes what every spawn has in common
 * @param control what the process gets as descriptor 3; -1: nothing
 * @param privateDirectories directories that the processes' user can't reach by their path, as far as found
 */
record Spawn(
        Ward ward,
        LaunchSpec spec,
        LaunchImage image,
        PosixStdin stdin,
        MemorySegment attributes,
        int control,
        PrivateDirectories privateDirectories)
        implements Birth {
    private static final int MOST_BUSY_ATTEMPTS = 50;
    private static final long BUSY_PAUSE_NANOS = 2_000_000;

    @Override
    public Optional<Started> begin(Workspace workspace) throws LaunchException, InterruptedException {
        int directory = Libc.open(workspace.errno, image.directory(), O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
        if (directory < 0) {
            throw PosixLauncher.failure(spec.directory().toString(), Native.errno(workspace.errno));
        }
        try {
            int input = stdin.open(workspace);
            try {
                SpawnErrand errand = spawn(input, directory);
                return Optional.of(new Started(errand.pid, errand.warden, errand.output, errand.errorOutput, false));
            } finally {
                Libc.close(input);
            }
        } finally {
            Libc.close(directory);
        }
    }

    @Override
    public boolean proceed(Workspace workspace) {
        return true;
    }

    private SpawnErrand spawn(int input, int directory) throws LaunchException, InterruptedException {
        boolean reachable = image.relative().address() != 0;
        boolean relative = reachable && privateDirectories.contain(spec);
        for (int attempt = 1; ; attempt++) {
            if (relative) {
                image.renameToRelative();
            }
            MemorySegment path = relative ? image.relative() : image.executable();
            var errand = new SpawnErrand(image, path, attributes, ward.limits(), input, directory, control);
            if (control < 0) {
                ward.wardens().send(errand);
            } else if (!ward.wardens().trySend(errand, ward.wardens().apart())) {
                throw new IllegalStateException("the launcher is closed");
            }
            errand.await();
            if (errand.error == 0) {
                if (relative) {
                    privateDirectories.remember(spec);
                }
                return errand;
            }
            if (errand.error == Errno.EACCES.number && reachable && !relative) {
                // A directory above may be closed to the user; the script's own directory is open already.
                relative = true;
            } else if (errand.error == Errno.ETXTBSY.number && attempt < MOST_BUSY_ATTEMPTS) {
                // Another launch of this very moment may still hold a descriptor that wrote this file.
                LockSupport.parkNanos(this, BUSY_PAUSE_NANOS);
            } else {
                throw failure(errand);
            }
        }
    }

    private LaunchException failure(SpawnErrand errand) {
        String what = "%s as user %s, profile %s"
                .formatted(
                        spec.executable(), ward.runsAs().user(), spec.profile().name());
        return errand.failedByMachine()
                ? PosixLauncher.failureOfMachine(errand.call + " for " + what, errand.error)
                : PosixLauncher.failure(what, errand.error);
    }
}
