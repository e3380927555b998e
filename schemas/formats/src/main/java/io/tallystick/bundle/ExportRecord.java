// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bundle;

import io.tallystick.json.JsonObject;
import io.tallystick.tree.Hash;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * {@code export.json}: what may differ between two exports of the same window. JCS.
 *
 * <table>
 *   <caption>Members</caption>
 *   <tr><th>{@code files}</th><td>as stored, ascending by name: {@code bytes}, {@code name}, {@code sha256}; all files
 *       of the folder but export.json, bundle.dsse.json, SHA256SUMS and checkpoint</td></tr>
 *   <tr><th>{@code previousLock}</th><td>lock of the previous bundle as the store reports it: {@code manifest} digest,
 *       {@code mode}, {@code until}, {@code versionId}; absent where the store has no lock or no bundle precedes</td></tr>
 *   <tr><th>{@code retention}</th><td>{@code class}, {@code days}, {@code legalHold}, {@code mode}, {@code until}</td></tr>
 *   <tr><th>{@code software}</th><td>{@code commit}, {@code version}</td></tr>
 * </table>
 */
public record ExportRecord(
        List<StoredFile> files, Retention retention, Software software, Optional<PreviousLock> previousLock) {

    /** A file as it lies in the store: path in the bundle, length in bytes, digest of these bytes. */
    public record StoredFile(String name, long bytes, Hash sha256) {
        public StoredFile {
            if (!BundleLayout.isPath(name)) {
                throw new IllegalArgumentException("not a path inside a bundle: " + Printable.of(name));
            }
            if (bytes < 0 || bytes > CanonicalJson.INTEGER_MAX) {
                throw new IllegalArgumentException(name + " has " + bytes + " bytes");
            }
            Objects.requireNonNull(sha256);
        }
    }

    /**
     * How long the store keeps the bundle.
     *
     * @param retentionClass the class's name in the operator's policy
     * @param days from the window's end
     * @param mode of the store's lock, {@code none} where it has none
     * @param until the instant the lock was set to
     */
    public record Retention(String retentionClass, long days, String mode, Instant until, boolean legalHold) {
        public Retention {
            requireText("retention class", retentionClass);
            requireText("retention mode", mode);
            Objects.requireNonNull(until);
            if (days < 0 || days > 1_000_000) {
                throw new IllegalArgumentException("retention of " + days + " days");
            }
        }
    }

    /** The exporter that wrote the bundle: source commit and version. */
    public record Software(String commit, String version) {
        public Software {
            requireText("commit", commit);
            requireText("version", version);
        }
    }

    /** Lock of the previous bundle's manifest, read back from the store. */
    public record PreviousLock(Hash manifest, String versionId, String mode, Instant until) {
        public PreviousLock {
            Objects.requireNonNull(manifest);
            requireText("versionId", versionId);
            requireText("lock mode", mode);
            Objects.requireNonNull(until);
        }
    }

    public ExportRecord {
        files = List.copyOf(files);
        for (int i = 1; i < files.size(); i++) {
            if (files.get(i - 1).name().compareTo(files.get(i).name()) >= 0) {
                throw new IllegalArgumentException(
                        "files are not ascending: " + files.get(i).name());
            }
        }
        Objects.requireNonNull(retention);
        Objects.requireNonNull(software);
        Objects.requireNonNull(previousLock);
    }

    public byte[] encode() {
        JsonObject.Builder json = JsonObject.builder()
                .put(
                        "files",
                        CanonicalJson.objects(
                                files.stream().map(ExportRecord::json).toList()));
        previousLock.ifPresent(lock -> json.put(
                "previousLock",
                JsonObject.builder()
                        .put("manifest", lock.manifest().toString())
                        .put("mode", lock.mode())
                        .put("until", CanonicalJson.time(lock.until()))
                        .put("versionId", lock.versionId())
                        .build()));
        json.put(
                "retention",
                JsonObject.builder()
                        .put("class", retention.retentionClass())
                        .put("days", retention.days())
                        .put("legalHold", retention.legalHold())
                        .put("mode", retention.mode())
                        .put("until", CanonicalJson.time(retention.until()))
                        .build());
        json.put(
                "software",
                JsonObject.builder()
                        .put("commit", software.commit())
                        .put("version", software.version())
                        .build());
        return CanonicalJson.encode(json.build());
    }

    /** @throws BundleException if the bytes are not what {@link #encode} writes */
    public static ExportRecord parse(byte[] bytes) throws BundleException {
        CanonicalJson members = CanonicalJson.parse(BundleLayout.EXPORT, bytes, BundleLayout.LIST_BYTES_MAX);
        if (members.has("previousLock")) {
            members.only("files", "previousLock", "retention", "software");
        } else {
            members.only("files", "retention", "software");
        }
        Optional<PreviousLock> lock =
                members.has("previousLock") ? Optional.of(lock(members.object("previousLock"))) : Optional.empty();
        List<StoredFile> files = files(members.objects("files"));
        Retention retention = retention(members.object("retention"));
        Software software = software(members.object("software"));
        ExportRecord export = members.make(() -> new ExportRecord(files, retention, software, lock));
        members.requireSame(export.encode());
        return export;
    }

    private static List<StoredFile> files(List<CanonicalJson> elements) throws BundleException {
        List<StoredFile> files = new ArrayList<>();
        for (CanonicalJson element : elements) {
            element.only("bytes", "name", "sha256");
            files.add(element.make(
                    () -> new StoredFile(element.text("name"), element.count("bytes"), element.hash("sha256"))));
        }
        return files;
    }

    private static Retention retention(CanonicalJson members) throws BundleException {
        members.only("class", "days", "legalHold", "mode", "until");
        return members.make(() -> new Retention(
                members.text("class"),
                members.count("days"),
                members.text("mode"),
                members.time("until"),
                members.flag("legalHold")));
    }

    private static Software software(CanonicalJson members) throws BundleException {
        members.only("commit", "version");
        return members.make(() -> new Software(members.text("commit"), members.text("version")));
    }

    private static PreviousLock lock(CanonicalJson members) throws BundleException {
        members.only("manifest", "mode", "until", "versionId");
        return members.make(() -> new PreviousLock(
                members.hash("manifest"), members.text("versionId"), members.text("mode"), members.time("until")));
    }

    private static JsonObject json(StoredFile file) {
        return JsonObject.builder()
                .put("bytes", file.bytes())
                .put("name", file.name())
                .put("sha256", file.sha256().toString())
                .build();
    }

    private static void requireText(String what, String text) {
        if (text.length() > 1024 || text.chars().anyMatch(c -> c < 0x20 || (c >= 0x7f && c < 0xa0))) {
            throw new IllegalArgumentException(what + " is over 1,024 characters or has control characters");
        }
    }
}
