// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.fetch;

import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.RegistryLeaf;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.StoredObject;
import io.tallystick.note.SignedNote;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * An object of a bucket with a name that fits in a folder.
 */
record FoundObject(StoredObject stored) {
    private static final String TENANT = "tenant=";
    private static final String DAY = "dt=";
    private static final String ANCHORS = "anchors";
    private static final Pattern SIZE = Pattern.compile("[1-9][0-9]{0,17}");
    private static final Pattern UNREAD =
            Pattern.compile(BundleLayout.ROOT + "/(keys/.*|sql/.*|README\\.md|trust-root-[0-9]+\\.json)");

    /** @throws UnfitBucketException if a name leads elsewhere, or is none of an object that a ledger stores */
    static FoundObject of(StoredObject stored) throws UnfitBucketException {
        if (isName(stored.name())) {
            return new FoundObject(stored);
        }
        throw new UnfitBucketException("an object whose name no evidence can have: " + printable(stored.name()));
    }

    private static boolean isName(String name) {
        try {
            return BundleLayout.isPath(new ObjectName(name).path());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private List<String> parts() {
        return List.of(stored.name().split("/"));
    }

    private static String printable(String name) {
        String cut = name.length() > 200 ? name.substring(0, 200) + "…" : name;
        return "'" + cut.replaceAll("[^\\x20-\\x7e…]", "?") + "'";
    }

    /** What a store's own console makes of a folder: a name with a slash at its end, and no bytes. */
    static boolean isFolder(StoredObject stored) {
        return stored.name().endsWith("/") && stored.bytes() == 0;
    }

    /** Texts beside the evidence, which nobody takes from a bucket to judge it by. */
    boolean isUnread() {
        return UNREAD.matcher(stored.name()).matches();
    }

    /** {@code v1/tenant=acme}, if it lies there. */
    Optional<String> tenantDir() {
        List<String> parts = parts();
        return parts.size() > 2 && parts.get(1).startsWith(TENANT)
                ? Optional.of(parts.get(0) + "/" + parts.get(1))
                : Optional.empty();
    }

    /** The bundle's folder, if it lies in one. */
    Optional<String> bundleDir() {
        return tenantDir().isPresent() && window().isPresent()
                ? Optional.of(String.join("/", parts().subList(0, 4)))
                : Optional.empty();
    }

    /** The window of the folder of a bundle, or of the registry's leaves. */
    Optional<Instant> window() {
        List<String> parts = parts();
        return parts.size() > 4 ? BundleLayout.windowStart(parts.get(2), parts.get(3)) : Optional.empty();
    }

    /** Its name in the bundle's folder, or in the registry's folder of a window. */
    private String file() {
        List<String> parts = parts();
        return String.join("/", parts.subList(4, parts.size()));
    }

    /** Whether it says that its bundle is complete, or one that somebody stored further below. */
    boolean commits() {
        return bundleDir().isPresent() && isOrEndsWith(BundleLayout.CHECKPOINT);
    }

    boolean isManifest() {
        return bundleDir().isPresent() && file().equals(BundleLayout.MANIFEST);
    }

    /** Whether it is what the verifier needs to see that a bundle is there, and of which window. */
    boolean identifies() {
        return commits() || (bundleDir().isPresent() && isOrEndsWith(BundleLayout.MANIFEST));
    }

    private boolean isOrEndsWith(String name) {
        return file().equals(name) || file().endsWith("/" + name);
    }

    /** The window of the registry's leaves, if it is of them. */
    Optional<Instant> registryWindow() {
        return parts().get(1).equals("registry") ? window() : Optional.empty();
    }

    /** The folder it lies in; empty if that is the bucket. */
    static String folderOf(String name) {
        return name.substring(0, Math.max(name.lastIndexOf('/'), 0));
    }

    /** Size of the registry whose checkpoint it is a receipt for, if it is one. */
    OptionalLong registrySize() {
        List<String> parts = parts();
        return parts.size() == 5
                        && parts.get(1).equals(ANCHORS)
                        && SIZE.matcher(parts.get(3)).matches()
                ? OptionalLong.of(Long.parseLong(parts.get(3)))
                : OptionalLong.empty();
    }

    /** What follows the last slash. */
    String lastName() {
        return stored.name().substring(stored.name().lastIndexOf('/') + 1);
    }

    /** The day of an anchor's window. */
    Optional<LocalDate> anchorDay() {
        List<String> parts = parts();
        if (parts.size() < 4 || !parts.get(1).equals(ANCHORS) || !parts.get(2).startsWith(DAY)) {
            return Optional.empty();
        }
        try {
            return Optional.of(LocalDate.parse(parts.get(2).substring(DAY.length())));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** Whether it belongs to these windows; what says no window always does, anchors if their day has one. */
    boolean isWithin(Span span) {
        Optional<Instant> window = window();
        if (window.isPresent()) {
            return span.covers(window.get());
        }
        Optional<LocalDate> day = anchorDay();
        return day.isEmpty()
                || (day.get()
                                .plusDays(1)
                                .atStartOfDay()
                                .toInstant(ZoneOffset.UTC)
                                .isAfter(span.from())
                        && day.get().atStartOfDay().toInstant(ZoneOffset.UTC).isBefore(span.to()));
    }

    /** How many bytes the verifier takes of it at most. */
    long bytesMax() {
        if (window().isEmpty()) {
            return BundleLayout.LIST_BYTES_MAX;
        }
        String file = file();
        if (file.endsWith(BundleLayout.STORED_SUFFIX)) {
            return BundleLayout.storedBytesMax(BundleLayout.DATA_BYTES_MAX);
        }
        return switch (file) {
            case BundleLayout.LEAVES -> BundleLayout.DATA_LINES_MAX * RegistryLeaf.BYTES_MAX;
            case BundleLayout.MANIFEST -> BundleLayout.MANIFEST_BYTES_MAX;
            case BundleLayout.REGISTRY_PROOFS -> BundleLayout.PROOFS_BYTES_MAX;
            case BundleLayout.CHECKPOINT -> SignedNote.SIZE_MAX;
            default -> BundleLayout.LIST_BYTES_MAX;
        };
    }
}
