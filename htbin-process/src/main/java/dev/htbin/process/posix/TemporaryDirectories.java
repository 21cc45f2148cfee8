package dev.htbin.process.posix;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static java.util.Objects.requireNonNull;

import dev.htbin.process.Profile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One directory per server, with one per profile that restricts writing in it, where wardens make a private one for each process. A lock that the system takes back
 * from a server which ends in whatever way tells the next one what is left over.
 *
 * @param place the server's directory
 * @param ofProfiles those of the profiles, each its user's own
 * @param lock held while the server lives
 */
record TemporaryDirectories(Path place, Map<Profile, Path> ofProfiles, FileChannel lock) implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("dev.htbin.process");
    private static final String PREFIX = "htbin-tmp-";
    private static final String LOCK = ".htbin-lock";
    private static final int MOST_LEVELS = 256;
    /** Of this process: to look at a lock of one's own is to lose it. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    TemporaryDirectories {
        ofProfiles = Map.copyOf(ofProfiles);
    }

    /**
     * Makes the directories of those profiles that need one, and removes what servers have left that were killed.
     *
     * @param accounts the users of the profiles
     * @param server the user that this process is going to be
     * @return empty if no profile needs one
     * @throws IOException if one can't be made
     */
    static Optional<TemporaryDirectories> make(Map<Profile, Account> accounts, Account server) throws IOException {
        if (accounts.keySet().stream().noneMatch(Profile::writingRestricted)) {
            return Optional.empty();
        }
        Path parent = Path.of(System.getProperty("java.io.tmpdir")).toRealPath();
        sweep(parent, server);
        Path place = Files.createTempDirectory(parent, PREFIX);
        HELD.add(place);
        FileChannel lock = FileChannel.open(place.resolve(LOCK), CREATE_NEW, READ, WRITE);
        lock.lock();
        Map<Profile, Path> directories = new LinkedHashMap<>();
        for (Map.Entry<Profile, Account> entry : accounts.entrySet()) {
            Profile profile = entry.getKey();
            if (profile.writingRestricted()) {
                Path directory = Files.createDirectory(
                        place.resolve(profile.name() + "-" + directories.size()),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                own(directory, entry.getValue());
                directories.put(profile, directory);
            }
        }
        own(place, server);
        Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwx--x--x"));
        return Optional.of(new TemporaryDirectories(place, directories, lock));
    }

    /** Returns the directory of a profile, in which its processes get theirs. */
    Optional<Path> of(Profile profile) {
        return Optional.ofNullable(ofProfiles.get(profile));
    }

    /** Removes what is empty and lets go of the rest, which the next server removes. */
    @Override
    public void close() {
        HELD.remove(place);
        try (lock) {
            for (Path directory : ofProfiles.values()) {
                Files.deleteIfExists(directory);
            }
            Files.deleteIfExists(place.resolve(LOCK));
            Files.deleteIfExists(place);
        } catch (IOException e) {
            LOG.info("temporary directory left for the next start: {}", e.toString());
        }
    }

    private static void own(Path directory, Account account) throws IOException {
        int uid = (Integer) Files.getAttribute(directory, "unix:uid", NOFOLLOW_LINKS);
        if (uid != account.uid()) {
            Files.setAttribute(directory, "unix:gid", account.gid(), NOFOLLOW_LINKS);
            Files.setAttribute(directory, "unix:uid", account.uid(), NOFOLLOW_LINKS);
        }
    }

    private static void sweep(Path parent, Account server) {
        try (DirectoryStream<Path> candidates = Files.newDirectoryStream(parent, PREFIX + "*")) {
            for (Path candidate : candidates) {
                if (!HELD.contains(candidate) && isAbandoned(candidate, server)) {
                    remove(parent, candidate);
                    LOG.info("removed {}, left by a server that was killed", candidate);
                }
            }
        } catch (IOException | RuntimeException e) {
            LOG.info("temporary directories of servers that were killed are not all removed: {}", e.toString());
        }
    }

    /** Never opens what somebody else may have put there: a link, or a directory of another user's. */
    private static boolean isAbandoned(Path candidate, Account server) {
        Path file = candidate.resolve(LOCK);
        try {
            if (!Files.isDirectory(candidate, NOFOLLOW_LINKS)
                    || !Files.isRegularFile(file, NOFOLLOW_LINKS)
                    || (Integer) Files.getAttribute(candidate, "unix:uid", NOFOLLOW_LINKS) != server.uid()) {
                return false;
            }
            try (FileChannel channel = FileChannel.open(file, Set.of(READ, WRITE, NOFOLLOW_LINKS))) {
                FileLock taken = channel.tryLock();
                return taken != null;
            }
        } catch (IOException | OverlappingFileLockException e) {
            return false;
        }
    }

    private static void remove(Path parent, Path candidate) throws IOException {
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(parent)) {
            Path name = candidate.getFileName();
            if (name != null && stream instanceof SecureDirectoryStream<Path> secure) {
                removeTree(secure, name, 0);
            }
        }
    }

    /** Goes by open directories, not by paths, which a process that still runs could turn into a link meanwhile. */
    private static void removeTree(SecureDirectoryStream<Path> parent, Path name, int level) throws IOException {
        if (level > MOST_LEVELS) {
            throw new IOException("'%s' lies deeper than %d directories".formatted(name, MOST_LEVELS));
        }
        try (SecureDirectoryStream<Path> directory = parent.newDirectoryStream(name, NOFOLLOW_LINKS)) {
            for (Path entry : directory) {
                Path child = requireNonNull(entry.getFileName());
                boolean inner = directory
                        .getFileAttributeView(child, BasicFileAttributeView.class, NOFOLLOW_LINKS)
                        .readAttributes()
                        .isDirectory();
                if (inner) {
                    removeTree(directory, child, level + 1);
                } else {
                    directory.deleteFile(child);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return;
        }
        parent.deleteDirectory(name);
    }
}
