package dev.htbin.process.posix;

import dev.htbin.process.Launcher;
import dev.htbin.process.LauncherContract;
import java.io.IOException;
import java.util.Optional;

/** Process tests: the contract and what only posix_spawn and wardens promise. */
final class PosixLauncherTest extends LauncherContract {
    @Override
    protected Launcher start() throws IOException {
        return PosixLauncher.start(Optional.empty());
    }
}
