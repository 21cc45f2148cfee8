package dev.htbin.process.posix;

import dev.htbin.process.ServerUser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which user a server becomes that root started. */
final class UserChoice {
    private UserChoice() {}

    /** See {@link PosixLauncher#serverUser}. */
    static ServerUser of(List<String> candidates, Set<String> others, Collection<Path> trees) {
        var obstacles = new ArrayList<String>();
        for (String candidate : candidates) {
            try {
                Account account = Account.find(candidate);
                if (account.privileged() || others.contains(account.name())) {
                    obstacles.add("'%s' is %s"
                            .formatted(candidate, account.privileged() ? "privileged" : "a user of scripts"));
                    continue;
                }
                var readability = new Readability(account);
                Optional<String> obstacle = trees.stream()
                        .map(readability::obstacle)
                        .flatMap(Optional::stream)
                        .findFirst();
                if (obstacle.isEmpty()) {
                    return new ServerUser(Optional.of(account.name()), obstacles);
                }
                obstacles.add(obstacle.get());
            } catch (IOException e) {
                obstacles.add(String.valueOf(e.getMessage()));
            }
        }
        return new ServerUser(Optional.empty(), obstacles);
    }
}
