package dev.htbin.process.posix;

import dev.htbin.process.LauncherConfig;
import dev.htbin.process.Profile;
import dev.htbin.process.Resource;
import dev.htbin.process.RunsAs;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the wards of all profiles, in the one order that works: all wardens start, so that every id is known; this process leaves root; each warden confines itself.
 */
final class Wards implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("dev.htbin.process");
    private static final int LEAST_WARDENS = 2;

    private final LauncherConfig config;
    private final Kernel kernel;
    private final Account own = Account.own();
    private final boolean root = own.uid() == 0;
    private final Seccomp.Key key = newKey();
    private final Map<Profile, Wardens> wardens = new LinkedHashMap<>();
    private final Map<Profile, Ward> wards = new LinkedHashMap<>();
    private Optional<TemporaryDirectories> temporary = Optional.empty();
    private Optional<ControlGroups> groups = Optional.empty();
    private final SequencedSet<String> missing = new LinkedHashSet<>();

    private Wards(LauncherConfig config, Kernel kernel) {
        this.config = config;
        this.kernel = kernel;
    }

    /**
     * Starts and confines wardens for every profile.
     *
     * @param attributes what every spawn has in common
     */
    static Wards start(LauncherConfig config, MemorySegment attributes) throws IOException {
        var wards = new Wards(config, Kernel.ask());
        boolean started = false;
        try {
            wards.prepare(attributes);
            started = true;
            return wards;
        } finally {
            if (!started) {
                wards.close();
            }
        }
    }

    private void prepare(MemorySegment attributes) throws IOException {
        Optional<Account> server = serverAccount();
        Map<Profile, Account> accounts = new LinkedHashMap<>();
        for (Profile profile : config.profiles()) {
            accounts.put(profile, accountOf(profile));
            missing.addAll(kernel.lacks(profile));
        }
        findGroups(server.orElse(own));
        reportMissing();
        var ids = new ArrayList<Integer>();
        ids.add(Libc.getpid());
        for (Profile profile : config.profiles()) {
            Wardens threads = prepare(profile, attributes, key);
            wardens.put(profile, threads);
            ids.addAll(threads.threadIds());
        }
        temporary = TemporaryDirectories.make(accounts, server.orElse(own));
        if (server.isPresent()) {
            ServerProcess.become(server.get());
        }
        ServerProcess.forbidAttaching();
        for (Map.Entry<Profile, Wardens> entry : wardens.entrySet()) {
            Profile profile = entry.getKey();
            Account account = accounts.getOrDefault(profile, own);
            confine(entry.getValue(), profile, account, new Seccomp(profile, ids, key));
            var runsAs = new RunsAs(
                    account.name(),
                    Integer.toUnsignedLong(account.uid()),
                    Integer.toUnsignedLong(account.gid()),
                    kernel.describe(profile));
            wards.put(
                    profile,
                    new Ward(
                            entry.getValue(),
                            runsAs,
                            ResourceLimitCalls.of(
                                    profile, account.uid() == server.orElse(own).uid(), key),
                            groupsOf(profile),
                            temporaryOf(profile)));
            LOG.info("processes of profile {} start by posix_spawn as {}", profile.name(), account.name());
        }
    }

    /** Returns what lets a process of a ward make a sibling of its own. */
    long siblingKey() {
        return key.sibling();
    }

    /** Returns the ward of each profile. */
    Map<Profile, Ward> byProfile() {
        return Map.copyOf(wards);
    }

    /** Ends the wardens. */
    @Override
    public void close() {
        wardens.values().forEach(Wardens::close);
        temporary.ifPresent(TemporaryDirectories::close);
        groups.ifPresent(ControlGroups::close);
    }

    /** Control groups cost a few calls for each launch, and what runs in one is moved there: only for who asks for what they alone can do. */
    private void findGroups(Account server) {
        List<Profile> wanting =
                config.profiles().stream().filter(Wards::wantsGroup).toList();
        if (wanting.isEmpty()) {
            return;
        }
        ControlGroups.Found found = ControlGroups.find(server);
        groups = found.groups();
        if (!found.obstacle().isEmpty()) {
            missing.add("control groups: %s: memory is limited by process alone, and processes %s (profile %s)"
                    .formatted(
                            found.obstacle(),
                            root ? "by user" : "not at all",
                            wanting.getFirst().name()));
        }
    }

    private static boolean wantsGroup(Profile profile) {
        return profile.limits().of(Resource.MEMORY).isPresent()
                || profile.limits().of(Resource.PROCESSES).isPresent();
    }

    private Optional<ControlGroups> groupsOf(Profile profile) {
        return wantsGroup(profile) ? groups : Optional.empty();
    }

    private Optional<Path> temporaryOf(Profile profile) {
        return temporary.flatMap(directories -> directories.of(profile));
    }

    private static Wardens prepare(Profile profile, MemorySegment attributes, Seccomp.Key key) throws IOException {
        int count = Math.max(LEAST_WARDENS, Runtime.getRuntime().availableProcessors());
        LaunchImage nothing = LaunchImage.absent(Arena.ofAuto());
        var noLimits = new ResourceLimitCalls(List.of(), true, key);
        return Wardens.prepare(
                "htbin-warden-" + profile.name(),
                count,
                () -> new SpawnErrand(nothing, nothing.executable(), attributes, noLimits, 0, 0, -1));
    }

    private void confine(Wardens threads, Profile profile, Account account, Seccomp filter) throws IOException {
        Confinement confinement = Confinement.begin();
        boolean confined = profile.kind().confined();
        if (root) {
            confinement = confined ? confinement.become(account) : confinement.becomeFreely(account);
        }
        if (!confined) {
            threads.confine(confinement);
            return;
        }
        confinement.dropCapabilities().noNewPrivileges();
        int ruleset = -1;
        if (Landlock.applies(profile, kernel.landlock())) {
            ruleset = Landlock.ruleset(
                    profile, kernel.landlock(), temporaryOf(profile).stream().toList());
            confinement.restrict(ruleset);
        }
        if (kernel.seccomp()) {
            confinement.filter(filter.program(Arena.ofAuto()));
        }
        try {
            threads.confine(confinement);
        } finally {
            if (ruleset >= 0) {
                Libc.close(ruleset);
            }
        }
    }

    private void reportMissing() throws IOException {
        if (missing.isEmpty()) {
            return;
        }
        if (config.confinementRequired()) {
            throw new IOException(
                    "confinement is required, and the kernel can't do all of it: " + String.join("; ", missing));
        }
        missing.forEach(what -> LOG.warn("confinement: {}", what));
    }

    private Optional<Account> serverAccount() throws IOException {
        if (!root || config.serverUser().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(unprivileged(Account.find(config.serverUser().get()), "server user"));
    }

    private Account accountOf(Profile profile) throws IOException {
        Optional<String> user = profile.user().or(config::user);
        if (root) {
            return unprivileged(Account.find(user.orElse("nobody")), "user");
        }
        // A server that is not root may well have group 0, as in some containers: its scripts gain nothing by it.
        Account account = user.isPresent() ? Account.find(user.get()) : own;
        if (account.uid() != own.uid()) {
            throw new IOException(
                    "user: '%s' (expected: '%s', the server's own user, since only root may become another)"
                            .formatted(account.name(), own.name()));
        }
        return account;
    }

    static Account unprivileged(Account account, String what) throws IOException {
        if (account.privileged()) {
            throw new IOException("%s: '%s' is root or belongs to root's group (expected: an unprivileged user)"
                    .formatted(what, account.name()));
        }
        return account;
    }

    private static Seccomp.Key newKey() {
        var random = new SecureRandom();
        return new Seccomp.Key(random.nextLong(), random.nextLong(), random.nextLong());
    }
}
