// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import io.tallystick.bundle.BundleLayout;
import io.tallystick.export.store.Content;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.Protection;
import io.tallystick.export.store.PutOutcome;
import io.tallystick.receipt.ReceiptNames;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.Hash;
import io.tallystick.trust.PublicKeys;
import io.tallystick.trust.TrustException;
import io.tallystick.trust.TrustRoot;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/**
 * What all tenants' bundles share: the registry's leaves and checkpoint of each window, which are evidence and locked like
 * it; and public keys, the trust root and texts for people, which are a convenience.
 */
public final class SharedObjects {
    private final ObjectStore store;
    private final Evidence evidence;

    /** @param store where the objects go */
    public SharedObjects(ObjectStore store) {
        this.store = store;
        this.evidence = new Evidence(store);
    }

    /**
     * Writes a window's leaves, then its checkpoint. To be done before any tenant's bundle of the window.
     *
     * @param protection as long as the longest of these bundles'
     * @throws LedgerIntegrityException if the store holds another registry
     * @throws IOException if the store fails; to be tried again
     */
    public void putRegistry(SealedWindow window, Protection protection) throws IOException {
        String directory = BundleLayout.registryDir(window.window().start());
        evidence.put(ObjectName.in(directory, BundleLayout.LEAVES), window.leavesFile(), protection);
        evidence.put(
                ObjectName.in(directory, BundleLayout.CHECKPOINT),
                window.checkpoint().toByteArray(),
                protection);
    }

    /**
     * Writes a public key under its id.
     *
     * @param spki DER SubjectPublicKeyInfo
     */
    public void putKey(byte[] spki) throws IOException {
        evidence.put(
                new ObjectName(BundleLayout.keyFile(PublicKeys.keyId(spki))), PublicKeys.pem(spki), Protection.NONE);
    }

    /**
     * Writes a version of the trust root, or adopts the one that is there: it says the same, and root keys may have signed it
     * since that had not then, or the other way round. A convenience: auditors get theirs, or its fingerprint, on another way.
     *
     * @param file its bytes
     * @return what is wrong with one that is there and says something else, or nothing that can be relied on; it stays
     */
    public Optional<String> putTrustRoot(TrustRoot root, byte[] file) throws IOException {
        ObjectName name = new ObjectName(BundleLayout.trustRoot(root.version()));
        if (store.putIfAbsent(name, Content.of(file)) == PutOutcome.CREATED) {
            return Optional.empty();
        }
        byte[] stored = Evidence.read(store, name, TrustRoot.SIZE_MAX + 1).orElseThrow(() -> Evidence.vanished(name));
        try {
            Hash found = TrustRoot.parse(stored).fingerprint();
            return found.equals(root.fingerprint())
                    ? Optional.empty()
                    : Optional.of("expected fingerprint " + root.fingerprint() + ", found " + found);
        } catch (TrustException e) {
            return Optional.of(e.getMessage());
        }
    }

    /**
     * Writes what an outside party said of a registry checkpoint. What is there stays, also if it is another answer of the same
     * party: each counts by itself.
     *
     * @param windowStart start of the checkpoint's window
     * @param registrySize size of the checkpoint
     * @param name as {@link ReceiptNames} has it
     * @param protection as long as the longest of the window's bundles'
     * @return whether the object is there with these bytes
     * @throws LedgerIntegrityException if the name is none of a receipt
     */
    public boolean putReceipt(
            Instant windowStart, long registrySize, String name, byte[] receipt, Protection protection)
            throws IOException {
        if (ReceiptNames.parse(name).isEmpty()) {
            throw new LedgerIntegrityException("not the name of a receipt: " + name);
        }
        ObjectName object = ObjectName.in(BundleLayout.anchorsDir(windowStart, registrySize), name);
        if (store.putIfAbsent(object, Content.of(receipt), protection) == PutOutcome.CREATED) {
            return true;
        }
        Optional<InputStream> stored = store.open(object);
        if (stored.isEmpty()) {
            return false;
        }
        try (InputStream in = stored.get()) {
            if (!Arrays.equals(in.readNBytes(receipt.length + 1), receipt)) {
                return false;
            }
        }
        return store.protect(object, protection);
    }

    /** Writes a text for people, unless an earlier release of this program wrote one. */
    public void putText(String path, byte[] bytes) throws IOException {
        store.putIfAbsent(ObjectName.in(BundleLayout.ROOT, path), Content.of(bytes));
    }
}
