// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.s3;

import io.tallystick.export.store.Content;
import io.tallystick.tree.Hash;
import java.io.FilterInputStream;
import java.io.IOException;
import java.security.MessageDigest;

/**
 * The bytes of a content on their way to the store. The last byte is held back until the digest of all is the one that
 * was announced, so that no store, however careless, gets a whole object of other bytes.
 */
final class VerifiedStream extends FilterInputStream {
    private final Content content;
    private final MessageDigest digest = Hash.newDigest();
    private long count;

    VerifiedStream(Content content) throws IOException {
        super(content.open());
        this.content = content;
    }

    /** All but the last byte may pass unverified. */
    private int allowed(int wanted) {
        long left = content.length() - count;
        return left <= 1 ? Math.min(wanted, 1) : (int) Math.min(wanted, left - 1);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        int read = super.read(buffer, offset, allowed(length));
        if (read < 0) {
            if (count != content.length()) {
                throw changed(count + " bytes");
            }
            return -1;
        }
        digest.update(buffer, offset, read);
        count += read;
        if (count >= content.length()) {
            requireAnnounced();
        }
        return read;
    }

    private void requireAnnounced() throws IOException {
        if (count > content.length()) {
            throw changed("more than " + content.length() + " bytes");
        }
        Hash found = Hash.of(digest.digest());
        if (!found.equals(content.sha256())) {
            throw changed("SHA-256 " + found);
        }
    }

    private ContentChangedException changed(String found) {
        return new ContentChangedException("content changed while it was stored: expected " + content.length()
                + " bytes " + content.sha256() + ", found " + found);
    }

    @Override
    public long skip(long bytes) {
        return 0;
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
