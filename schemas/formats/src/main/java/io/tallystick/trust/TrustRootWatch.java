// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Collection;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The file of a trust root that a process has read at its start, looked at again while it runs. A new version takes effect
 * at a restart, because keys are opened once; but nothing must be signed that the new version no longer allows.
 *
 * <p>A look reads the file's attributes, and the file itself only after they have changed. What is found counts as a trust
 * root if its own signatures hold, as at a start. Safe from several threads.
 */
public final class TrustRootWatch {
    private final Path file;
    private final TrustRoot loaded;
    private final Consumer<String> onStale;
    private TrustRoot newest;
    private Optional<Stamp> seen = Optional.empty();
    private Optional<String> finding = Optional.empty();

    /** Changes when the file is written or replaced. */
    private record Stamp(FileTime modified, long size, Optional<Object> key) {
        static Stamp of(Path file) throws IOException {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(
                    attributes.lastModifiedTime(), attributes.size(), Optional.ofNullable(attributes.fileKey()));
        }
    }

    /**
     * Looks at nothing yet.
     *
     * @param loaded what the file held when the process read it
     * @param onStale told once of each thing that is found there instead, in words for the log
     */
    public TrustRootWatch(Path file, TrustRoot loaded, Consumer<String> onStale) {
        this.file = Objects.requireNonNull(file);
        this.loaded = Objects.requireNonNull(loaded);
        this.onStale = Objects.requireNonNull(onStale);
        this.newest = loaded;
    }

    /** What the process works by. */
    public TrustRoot loaded() {
        return loaded;
    }

    /** Looks, and gives the newest version found since the start; what the process works by if there is none. */
    public synchronized TrustRoot newest() {
        look();
        return newest;
    }

    /** Looks, and says whether the file is anything but what the process works by; also if it cannot be read now. */
    public synchronized boolean isStale() {
        look();
        return finding.isPresent();
    }

    /**
     * Looks, and asks the newest version found since the start whether a key may sign. Without one newer than, or in the
     * place of, what the process works by there is no objection: whoever opened the key has asked that.
     *
     * @param windowEnd end of the window that what is to be signed belongs to
     * @return why it must not sign, and the remedy
     */
    public synchronized Optional<String> objection(String keyId, TrustRole role, String origin, Instant windowEnd) {
        look();
        if (newest.equals(loaded) || allows(keyId, role, origin, windowEnd)) {
            return Optional.empty();
        }
        return Optional.of("restart: trust root version " + newest.version() + " of " + file + " does not let key "
                + keyId
                + " sign for the window that ends " + windowEnd + "; this process works by version " + loaded.version()
                + ", read at its start");
    }

    /**
     * Looks, and asks the newest version found since the start whether signatures of these algorithms are enough, as
     * {@link #objection(String, TrustRole, String, Instant)} asks for one key.
     *
     * @param algorithms of the keys that are to sign
     * @return what they lack, and the remedy
     */
    public synchronized Optional<String> objection(
            Collection<KeyAlgorithm> algorithms, TrustRole role, String origin, Instant windowEnd) {
        look();
        if (newest.equals(loaded)) {
            return Optional.empty();
        }
        return newest.missing(role, origin, windowEnd, algorithms).stream()
                .findFirst()
                .map(anyOf -> "restart: trust root version " + newest.version() + " of " + file + " requires an "
                        + KeyAlgorithm.text(anyOf) + " signature for the window that ends " + windowEnd
                        + "; this process works by version " + loaded.version() + ", read at its start");
    }

    private boolean allows(String keyId, TrustRole role, String origin, Instant windowEnd) {
        return newest.key(keyId)
                .filter(key -> key.covers(role, origin))
                .filter(key -> key.standing(windowEnd) == TrustedKey.Standing.VALID)
                .isPresent();
    }

    private void look() {
        Optional<String> found;
        try {
            Stamp now = Stamp.of(file);
            if (seen.equals(Optional.of(now))) {
                return;
            }
            seen = Optional.of(now);
            found = compare(read());
        } catch (TrustException e) {
            found = unusable(e);
        } catch (IOException e) {
            seen = Optional.empty();
            found = unusable(e);
        }
        if (!found.equals(finding)) {
            finding = found;
            found.ifPresent(onStale);
        }
    }

    private Optional<String> unusable(Exception fault) {
        return Optional.of("the trust root " + file + " cannot be used now: " + fault);
    }

    private TrustRoot read() throws IOException, TrustException {
        try (InputStream in = Files.newInputStream(file)) {
            TrustRoot there = TrustRoot.parse(in.readNBytes(TrustRoot.SIZE_MAX + 1));
            if (!there.ledger().equals(loaded.ledger())) {
                throw new TrustException("it is about " + there.ledger());
            }
            return there;
        }
    }

    /** An older version is reported, and nobody is held to it. */
    private Optional<String> compare(TrustRoot there) {
        if (there.version() >= newest.version()) {
            newest = there.fingerprint().equals(loaded.fingerprint()) ? loaded : there;
        }
        return there.fingerprint().equals(loaded.fingerprint())
                ? Optional.empty()
                : Optional.of(file + " holds version " + there.version() + " of the trust root, fingerprint "
                        + there.fingerprint() + "; this process works by version " + loaded.version()
                        + " until it is restarted");
    }
}
