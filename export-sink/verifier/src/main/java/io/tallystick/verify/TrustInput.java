// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.tree.Hash;
import io.tallystick.trust.TrustException;
import io.tallystick.trust.TrustRoot;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * The trust root, or why there is none to rely on.
 *
 * @param why present if and only if the root is absent
 */
record TrustInput(Optional<TrustRoot> root, Optional<String> why) {
    /** The auditor's trust root; whatever is wrong with it is said, not thrown. */
    static TrustInput read(Optional<Path> given, Optional<Hash> fingerprint) {
        if (given.isEmpty()) {
            return none("no trust root given (--trust-root)");
        }
        Path file = given.get();
        if (Files.isDirectory(file)) {
            return none("the trust root cannot be used: it is a folder, not a file");
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(TrustRoot.SIZE_MAX + 1);
        } catch (IOException e) {
            return none("the trust root cannot be read: " + Reason.of(e));
        }
        TrustRoot root;
        try {
            root = TrustRoot.parse(bytes);
        } catch (TrustException e) {
            return none("the trust root cannot be used: " + e.getMessage());
        }
        if (fingerprint.isPresent() && !fingerprint.get().equals(root.fingerprint())) {
            return none("the trust root has fingerprint " + root.fingerprint() + ", expected " + fingerprint.get());
        }
        return of(root);
    }

    /** What to tell who uses a root that has expired. */
    Optional<String> expiry(Optional<Instant> now) {
        return root.filter(used -> now.isPresent() && now.get().isAfter(used.expires()))
                .map(used -> "the trust root expired " + used.expires() + "; a newer one may list other keys");
    }

    static TrustInput of(TrustRoot root) {
        return new TrustInput(Optional.of(root), Optional.empty());
    }

    static TrustInput none(String why) {
        return new TrustInput(Optional.empty(), Optional.of(why));
    }
}
