// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.fetch;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.Manifest;
import io.tallystick.export.store.StoreListing;
import io.tallystick.export.store.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What of a bucket is to be fetched. The bucket is listed twice: first for the bundles that are complete, then for their
 * objects. So of a bundle that is written meanwhile either all is found or it counts as not there; listed once, it could have
 * its last object and lack its first. Of a period, or of one window, what is anchored {@linkplain LaterAnchors behind it} is
 * wanted too, if the registry is.
 */
final class BucketIndex {
    /** What is below a name comes right behind it. */
    private static final Comparator<FoundObject> FOLDERS_FIRST =
            Comparator.comparing(object -> object.stored().name().replace('/', '\0'));

    private final StoreListing store;
    private final Extent extent;
    private final Narrowing narrowing;
    private final int objectsMax;
    private final Set<String> complete = new HashSet<>();
    private final Set<String> incomplete = new HashSet<>();
    private final Set<String> bundles = new HashSet<>();
    private final Set<String> tenants = new TreeSet<>();
    private final Set<Instant> windows = new HashSet<>();
    private final Map<String, SortedMap<Instant, StoredObject>> manifests = new HashMap<>();
    private final Map<String, Span> spans = new HashMap<>();
    private final List<FoundObject> objects = new ArrayList<>();
    private final LaterAnchors later = new LaterAnchors();
    private final boolean mayEnd;
    private Span shared;
    private boolean identities;
    private int manifestCount;
    private long bytes;
    private boolean any;

    /** @param objectsMax most objects to fetch, and most bundles to look at */
    BucketIndex(StoreListing store, Extent extent, Narrowing narrowing, int objectsMax) {
        this.store = store;
        this.extent = extent;
        this.narrowing = narrowing;
        this.objectsMax = objectsMax;
        this.shared = extent.span();
        this.mayEnd = extent.registry() && (narrowing.alone() || !extent.to().equals(Instant.MAX));
    }

    void list() throws IOException, UnfitBucketException, TooMuchException {
        for (String prefix : extent.prefixes()) {
            visit(prefix, this::look);
        }
        narrow();
        if (mayEnd) {
            goOn();
        }
        for (String prefix : extent.prefixes()) {
            visit(prefix, this::take);
        }
        requireFiles();
    }

    /** Nothing is a folder of others and an object too: a copy of it could not be made. */
    private void requireFiles() throws UnfitBucketException {
        objects.sort(FOLDERS_FIRST);
        String before = "";
        for (FoundObject object : objects) {
            String name = object.stored().name();
            if (tenants.contains(name)) {
                throw new UnfitBucketException(name + " is an object and a folder");
            }
            if (!before.isEmpty() && name.startsWith(before + "/")) {
                throw new UnfitBucketException(before + " is an object and a folder");
            }
            before = name;
        }
    }

    private interface Step {
        void run(StoredObject object) throws UnfitBucketException, TooMuchException;
    }

    /** A listing ends with an exception of its own; the cause is why. */
    private static final class Ended extends IOException {
        private static final long serialVersionUID = 1L;

        Ended(Exception why) {
            super(why);
        }
    }

    private void visit(String prefix, Step step) throws IOException, UnfitBucketException, TooMuchException {
        try {
            store.list(prefix, object -> {
                try {
                    step.run(object);
                } catch (UnfitBucketException | TooMuchException e) {
                    throw new Ended(e);
                }
            });
        } catch (Ended e) {
            if (e.getCause() instanceof UnfitBucketException unfit) {
                throw unfit;
            }
            throw (TooMuchException) e.getCause();
        }
    }

    private void look(StoredObject stored) throws UnfitBucketException, TooMuchException {
        if (FoundObject.isFolder(stored)) {
            return;
        }
        any = true;
        FoundObject object = FoundObject.of(stored);
        object.tenantDir().ifPresent(tenants::add);
        requireFew(tenants.size(), "tenants");
        if (mayEnd) {
            requireFew(later.add(object), "receipts");
        }
        boolean within = object.isWithin(extent.span());
        if (within || mayEnd) {
            object.registryWindow().ifPresent(windows::add);
            requireFew(windows.size(), "windows");
        }
        if (!within) {
            return;
        }
        if (object.commits()) {
            complete.add(object.bundleDir().orElseThrow());
            object.window().ifPresent(windows::add);
            requireFew(complete.size(), "bundles");
        } else if (object.isManifest()) {
            manifestCount++;
            requireFew(manifestCount, "manifests");
            manifests
                    .computeIfAbsent(object.tenantDir().orElseThrow(), unused -> new TreeMap<>())
                    .put(object.window().orElseThrow(), stored);
        }
    }

    private void requireFew(int count, String what) throws TooMuchException {
        if (count > objectsMax) {
            throw new TooMuchException("more than " + objectsMax + " " + what + " of " + extent);
        }
    }

    private void narrow() throws IOException {
        for (Map.Entry<String, SortedMap<Instant, StoredObject>> tenant : manifests.entrySet()) {
            tenant.getValue()
                    .keySet()
                    .removeIf(start -> !complete.contains(tenant.getKey() + "/" + BundleLayout.windowDir(start)));
            spans.put(tenant.getKey(), narrowing.of(tenant.getValue(), extent.span(), this::manifest));
        }
        identities = !narrowing.alone();
        shared = spans.values().stream().reduce(Span::with).orElse(extent.span());
    }

    /** Behind the last window that is wanted of any tenant; its manifest tells how large the registry was at its end. */
    private void goOn() throws IOException {
        long size = 0;
        for (Map.Entry<String, SortedMap<Instant, StoredObject>> tenant : manifests.entrySet()) {
            SortedMap<Instant, StoredObject> wanted =
                    tenant.getValue().headMap(spans.get(tenant.getKey()).to());
            Optional<Manifest> last = wanted.isEmpty() ? Optional.empty() : manifest(wanted.get(wanted.lastKey()));
            size = Math.max(
                    size, last.map(manifest -> manifest.registry().size()).orElse(0L));
        }
        if (size > 0) {
            later.behind(size, shared.to(), extent.receipts(), narrowing.alone());
        }
    }

    private Optional<Manifest> manifest(StoredObject stored) throws IOException {
        Optional<StoreListing.Opened> opened = store.open(stored);
        if (opened.isEmpty()) {
            return Optional.empty();
        }
        try (InputStream in = opened.get().in()) {
            return Optional.of(Manifest.parse(in.readNBytes(BundleLayout.MANIFEST_BYTES_MAX + 1)));
        } catch (BundleException e) {
            return Optional.empty();
        }
    }

    private void take(StoredObject stored) throws UnfitBucketException, TooMuchException {
        if (FoundObject.isFolder(stored)) {
            return;
        }
        FoundObject object = FoundObject.of(stored);
        if (object.isUnread() || !isWanted(object)) {
            return;
        }
        Optional<String> bundle = object.bundleDir();
        if (bundle.isPresent() && !complete.contains(bundle.get())) {
            incomplete.add(bundle.get());
            requireFew(incomplete.size(), "folders without a checkpoint");
            return;
        }
        if (stored.bytes() > object.bytesMax()) {
            throw new UnfitBucketException(stored.name() + " has " + stored.bytes()
                    + " bytes, and what is stored there has" + " at most " + object.bytesMax());
        }
        if (object.tenantDir().isPresent() && stored.name().endsWith("/" + BundleLayout.CHECKPOINT)) {
            bundles.add(FoundObject.folderOf(stored.name()));
        }
        objects.add(object);
        requireFew(objects.size(), "objects");
        bytes += stored.bytes();
    }

    /**
     * Of windows before the span nothing is wanted but what tells that they are there: the verifier finds the ones that say
     * otherwise than the folder they lie in. Leaves of windows that came after the first listing are of the next fetch; of
     * those behind the span they are wanted as far as something was anchored.
     */
    private boolean isWanted(FoundObject object) {
        Optional<Instant> registry = object.registryWindow();
        if (registry.isPresent() && !windows.contains(registry.get())) {
            return false;
        }
        return object.isWithin(span(object))
                || later.isWanted(object)
                || (identities && object.identifies() && object.isWithin(extent.span()));
    }

    private Span span(FoundObject object) {
        return object.tenantDir()
                .map(tenant -> spans.getOrDefault(tenant, extent.span()))
                .orElse(shared);
    }

    /** Whether there is anything at all where it was looked for. */
    boolean isAny() {
        return any;
    }

    /** Folders of tenants that have something, be it nothing that is fetched. */
    Set<String> tenants() {
        return tenants;
    }

    /** The folder of the committed bundle that an object lies in, however deep. */
    Optional<String> bundleOf(FoundObject object) {
        String dir = FoundObject.folderOf(object.stored().name());
        while (!dir.isEmpty() && !bundles.contains(dir)) {
            dir = FoundObject.folderOf(dir);
        }
        return dir.isEmpty() ? Optional.empty() : Optional.of(dir);
    }

    List<FoundObject> objects() {
        return objects;
    }

    /** Of the objects together. */
    long bytes() {
        return bytes;
    }

    /** Folders of bundles that are not complete: they do not count. */
    int incomplete() {
        return incomplete.size();
    }

    /** Objects that somebody wrote over, or hid. */
    long ambiguous() {
        return objects.stream().filter(object -> object.stored().ambiguous()).count();
    }
}
