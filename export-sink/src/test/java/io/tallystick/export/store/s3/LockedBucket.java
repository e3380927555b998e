// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.s3;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What {@link S3Double} keeps: versions of objects, with locks that hold, or only seem to. Not safe for several threads. */
final class LockedBucket {
    static final String HOLD = "x-amz-object-lock-legal-hold";

    private final Map<String, List<Version>> versions = new TreeMap<>();
    private final boolean pretends;
    private int ids;

    /** A version of an object, or a delete marker. */
    static final class Version {
        final String id;
        final byte[] bytes;
        final boolean marker;
        final Map<String, String> headers;
        String mode;
        Instant until;
        private boolean held;

        private Version(String id, byte[] bytes, boolean marker, Map<String, String> headers) {
            this.id = id;
            this.bytes = bytes;
            this.marker = marker;
            this.headers = headers;
            this.held = "ON".equals(headers.get(HOLD));
        }

        boolean isHeld() {
            return held;
        }

        void hold(boolean on) {
            held = on;
        }

        private boolean isLocked() {
            return (mode != null && until.isAfter(Instant.now())) || held;
        }

        private boolean isBypassed(boolean bypass) {
            return bypass && !held && "GOVERNANCE".equals(mode);
        }
    }

    /** @param pretends whether locks are shown but not enforced */
    LockedBucket(boolean pretends) {
        this.pretends = pretends;
    }

    /** Adds a version, locked as the headers say. */
    Version put(String key, byte[] bytes, Map<String, String> headers) {
        Version version = new Version("v" + ++ids, bytes, false, headers);
        String mode = headers.get("x-amz-object-lock-mode");
        if (mode != null) {
            version.mode = mode;
            version.until = Instant.parse(headers.get("x-amz-object-lock-retain-until-date"));
        }
        versions.computeIfAbsent(key, k -> new ArrayList<>()).add(version);
        return version;
    }

    /** The newest version; a delete marker hides it. */
    Optional<Version> newest(String key) {
        List<Version> all = all(key);
        return all.isEmpty() || all.get(all.size() - 1).marker
                ? Optional.empty()
                : Optional.of(all.get(all.size() - 1));
    }

    Optional<Version> version(String key, String id) {
        return all(key).stream().filter(v -> v.id.equals(id)).findFirst();
    }

    /** All versions, the oldest first. */
    List<Version> all(String key) {
        return versions.getOrDefault(key, List.of());
    }

    List<String> keys() {
        return List.copyOf(versions.keySet());
    }

    void hide(String key) {
        versions.computeIfAbsent(key, k -> new ArrayList<>())
                .add(new Version("v" + ++ids, new byte[0], true, Map.of()));
    }

    void remove(String key) {
        versions.remove(key);
    }

    /** @return false if a lock forbids it */
    boolean delete(String key, String id, boolean bypass) {
        Optional<Version> found = version(key, id);
        if (found.isEmpty()) {
            return true;
        }
        if (found.get().isLocked() && !found.get().isBypassed(bypass) && !pretends) {
            return false;
        }
        versions.get(key).remove(found.get());
        return true;
    }

    /** @return false if a lock forbids it */
    boolean retain(Version version, String mode, Instant until) {
        boolean weaker = version.mode != null && (until.isBefore(version.until) || !mode.equals(version.mode));
        if (weaker && version.isLocked() && !pretends) {
            return false;
        }
        version.mode = mode;
        version.until = until;
        return true;
    }
}
