// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.ExportRecord;
import io.tallystick.export.store.Content;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.Protection;
import io.tallystick.export.store.PutOutcome;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The folder of one bundle while it is written, and the files it holds so far. */
final class BundleFolder {
    private final String directory;
    private final ObjectStore store;
    private final Evidence evidence;
    private final BundleWriter.Progress progress;
    private final SortedMap<String, ExportRecord.StoredFile> files = new TreeMap<>();
    private Protection protection;

    /** An object that may differ between two exports, with its rule of adoption. */
    interface Varying {
        /** Makes the bytes, where none are stored. */
        byte[] make();

        /**
         * Checks bytes that are stored.
         *
         * @param stored of a file that is too large only its beginning
         * @return what is wrong with them; empty if they are as good as those we would make
         * @throws IOException if the store fails
         */
        Optional<String> fault(byte[] stored) throws IOException;
    }

    BundleFolder(String directory, ObjectStore store, Protection protection) {
        this(directory, store, protection, () -> {});
    }

    BundleFolder(String directory, ObjectStore store, Protection protection, BundleWriter.Progress progress) {
        this.directory = directory;
        this.protection = protection;
        this.progress = progress;
        this.store = store;
        this.evidence = new Evidence(store);
    }

    /** Lists an object that the first step stored, and protects it like the others. */
    void add(ExportRecord.StoredFile file) throws IOException {
        progress.object();
        if (!store.protect(name(file.name()), protection)) {
            throw new LedgerIntegrityException("data file " + name(file.name())
                    + " was stored and is gone; is this the store the first step writes to?");
        }
        files.put(file.name(), file);
    }

    /** Puts a file whose bytes follow from the topics, and lists it. */
    void put(String path, byte[] bytes) throws IOException {
        progress.object();
        evidence.put(name(path), bytes, protection);
        list(path, bytes);
    }

    /**
     * Adopts the file that is there or puts a new one, and lists it.
     *
     * @return its bytes
     */
    byte[] put(String path, Varying file) throws IOException {
        progress.object();
        Optional<byte[]> stored = read(path);
        if (stored.isEmpty()) {
            byte[] made = file.make();
            if (store.putIfAbsent(name(path), Content.of(made), protection) == PutOutcome.CREATED) {
                list(path, made);
                return made;
            }
            stored = read(path);
        }
        byte[] adopted = stored.orElseThrow(() -> Evidence.vanished(name(path)));
        Optional<String> fault = file.fault(adopted);
        if (fault.isPresent()) {
            throw Evidence.fork(name(path), "one of ours", fault.get());
        }
        Evidence.protect(store, name(path), protection);
        list(path, adopted);
        return adopted;
    }

    private Optional<byte[]> read(String path) throws IOException {
        return Evidence.read(store, name(path), BundleLayout.LIST_BYTES_MAX + 1);
    }

    /** Protects what is listed so far, and whatever follows, for this too. */
    void protect(Protection further) throws IOException {
        Protection both = protection.and(further);
        if (both.equals(protection)) {
            return;
        }
        protection = both;
        for (String path : files.keySet()) {
            progress.object();
            Evidence.protect(store, name(path), protection);
        }
    }

    private void list(String path, byte[] bytes) {
        files.put(path, new ExportRecord.StoredFile(path, bytes.length, Hash.sha256(bytes)));
    }

    /** The files listed so far, ascending by name. */
    List<ExportRecord.StoredFile> files() {
        return List.copyOf(files.values());
    }

    /** Digests of the files listed so far. */
    SortedMap<String, Hash> digests() {
        SortedMap<String, Hash> digests = new TreeMap<>();
        files.values().forEach(file -> digests.put(file.name(), file.sha256()));
        return digests;
    }

    private ObjectName name(String path) {
        return ObjectName.in(directory, path);
    }
}
