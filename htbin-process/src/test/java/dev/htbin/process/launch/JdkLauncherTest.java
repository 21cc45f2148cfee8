package dev.htbin.process.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.process.Child;
import dev.htbin.process.Launcher;
import dev.htbin.process.LauncherContract;
import dev.htbin.process.RunsAs;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

/** Process tests: the contract with the JDK's own way of starting processes. */
final class JdkLauncherTest extends LauncherContract {
    @Override
    protected Launcher start() {
        return new JdkLauncher(new RunsAs(System.getProperty("user.name"), -1, -1, JdkLauncher.UNCONFINED));
    }

    @Test
    void deliversWhatAProcessWroteBeforeItReportsTheExit() throws Exception {
        for (int i = 0; i < 50; i++) {
            assertEquals("hello\n", run(spec(script("hello", "echo hello"))).output());
        }
    }

    @Test
    void watchesNoClient() throws Exception {
        try (Child child = launch(spec(script("sleeper", "exec sleep 60")))) {
            var address = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 80);
            assertFalse(child.watch(address, address));
        }
    }

    @Test
    void knowsProgramsByTheirFirstOctets() {
        assertTrue(JdkLauncher.isExecutableFormat(octets("#!/bin/sh")));
        assertTrue(JdkLauncher.isExecutableFormat(octets("\u007fELF\2")));
        assertFalse(JdkLauncher.isExecutableFormat(octets("echo")));
        assertFalse(JdkLauncher.isExecutableFormat(octets("\u007fEL")));
        assertFalse(JdkLauncher.isExecutableFormat(octets("")));
    }
}
