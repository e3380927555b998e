// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.ByteSearch;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads lines that end in LF from a stream, within limits, and digests all of it on the way. Holds one line and one
 * buffer.
 */
final class LineReader {
    private final InputStream in;
    private final int lineMax;
    private final long contentMax;
    private final Optional<MessageDigest> digest;
    private final byte[] buffer = new byte[64 * 1024];
    private byte[] line = new byte[1024];
    private int length;
    private int from;
    private int to;
    private long content;
    private long lines;

    /** The content breaks a limit or is not made of lines. */
    static final class LineException extends IOException {
        private static final long serialVersionUID = 1L;

        LineException(String message) {
            super(message);
        }
    }

    LineReader(InputStream in, int lineMax, long contentMax) {
        this(in, lineMax, contentMax, Optional.of(Hash.newDigest()));
    }

    private LineReader(InputStream in, int lineMax, long contentMax, Optional<MessageDigest> digest) {
        this.in = in;
        this.lineMax = lineMax;
        this.contentMax = contentMax;
        this.digest = digest;
    }

    /** For who does not ask for the {@link #digest}. */
    static LineReader withoutDigest(InputStream in, int lineMax, long contentMax) {
        return new LineReader(in, lineMax, contentMax, Optional.empty());
    }

    /** The next line without its LF; null at the end. Lines are not empty. */
    byte[] next() throws IOException {
        return advance() ? Arrays.copyOf(line, length) : null;
    }

    /**
     * Goes to the next line: {@code line()[0, length())}, without its LF. Lines are not empty.
     *
     * @return false at the end
     */
    boolean advance() throws IOException {
        length = 0;
        for (; ; ) {
            if (from == to && !fill()) {
                if (length > 0) {
                    throw new LineException("line " + (lines + 1) + " has no line feed at its end");
                }
                return false;
            }
            int end = ByteSearch.indexOf((byte) '\n', buffer, from, to);
            length = append(end);
            if (end < to) {
                from = end + 1;
                lines++;
                if (length == 0) {
                    throw new LineException("line " + lines + " is empty");
                }
                return true;
            }
            from = to;
        }
    }

    /** The array that holds the line until {@link #advance} is called again. */
    byte[] line() {
        return line;
    }

    /** Of the line, in bytes. */
    int length() {
        return length;
    }

    private int append(int end) throws LineException {
        int grown = length + end - from;
        if (grown > lineMax) {
            throw new LineException("line " + (lines + 1) + " is over " + lineMax + " bytes");
        }
        if (grown > line.length) {
            line = Arrays.copyOf(line, Math.min(Math.max(grown, line.length * 2), lineMax));
        }
        System.arraycopy(buffer, from, line, length, end - from);
        return grown;
    }

    private boolean fill() throws IOException {
        int count = in.read(buffer, 0, buffer.length);
        if (count <= 0) {
            return false;
        }
        from = 0;
        to = count;
        content += count;
        if (content > contentMax) {
            throw new LineException("content is over " + contentMax + " bytes");
        }
        digest.ifPresent(running -> running.update(buffer, 0, count));
        return true;
    }

    /** Lines read so far. */
    long lines() {
        return lines;
    }

    /** Bytes of content read so far, LFs included. */
    long content() {
        return content;
    }

    /** Digest of all content; call once, after the last line. */
    Hash digest() {
        return Hash.of(digest.orElseThrow().digest());
    }
}
