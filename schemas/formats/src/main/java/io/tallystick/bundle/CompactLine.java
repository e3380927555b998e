// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bundle;

import io.tallystick.entry.Bytes;
import io.tallystick.entry.Entry;
import io.tallystick.entry.EntryCodec;
import io.tallystick.entry.EntryException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One line of a data file of shape {@code compact}: an entry without what its commitments open to.
 *
 * <pre>
 * line = {"entry":E}
 * </pre>
 *
 * @param entryBytes the entry's bytes: what the leaf hash is over
 */
public record CompactLine(Entry entry, Bytes entryBytes) {
    private static final byte[] OPEN = "{\"entry\":".getBytes(StandardCharsets.US_ASCII);

    /**
     * What a compact copy keeps of a line.
     *
     * @param line of any shape
     * @throws BundleException if it does not begin with an entry
     */
    public static byte[] of(byte[] line) throws BundleException {
        return encode(BundleLine.cutEntry(line));
    }

    private static byte[] encode(byte[] entryBytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(entryBytes.length + OPEN.length + 1);
        out.writeBytes(OPEN);
        out.writeBytes(entryBytes);
        out.write('}');
        return out.toByteArray();
    }

    /** @throws BundleException if the line is anything but an entry in its braces */
    public static CompactLine parse(byte[] line) throws BundleException {
        byte[] entryBytes = BundleLine.cutEntry(line);
        if (!Arrays.equals(line, encode(entryBytes))) {
            throw new BundleException("a line of a compact copy holds more than its entry");
        }
        try {
            return new CompactLine(EntryCodec.decode(entryBytes), Bytes.of(entryBytes));
        } catch (EntryException e) {
            throw new BundleException("entry: " + e.getMessage(), e);
        }
    }
}
