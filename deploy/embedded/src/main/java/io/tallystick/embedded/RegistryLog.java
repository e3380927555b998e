// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registry's durable memory: one file, appended to only, one JSON text a line.
 *
 * <pre>
 * line  = mark SP json LF
 * mark  = 64 hex digits of SHA-256( mark of the line before, 32 bytes, zeros for the first || json )
 * </pre>
 *
 * <p>So a line that was changed, removed, added or moved shows at the next start. An unfinished last line (no LF) is
 * what a crash in {@link #append} leaves; it was never acknowledged and is cut off. Not for use by several threads.
 */
final class RegistryLog implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(RegistryLog.class);
    private static final int MARK_LENGTH = 64;

    private final FileChannel channel;
    private final Path file;
    private byte[] mark = new byte[32];
    private boolean broken;

    private RegistryLog(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** An open log and what it held: JSON texts without line ends, oldest first. */
    record Opened(RegistryLog log, List<String> texts) {}

    /**
     * Opens the file, made if it is not there, and checks every line.
     *
     * @throws EmbeddedException if a finished line is not what was written, or the file cannot be used
     */
    static Opened open(Path file) {
        try {
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            RegistryLog log = new RegistryLog(file, channel);
            try {
                return new Opened(log, log.replay());
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new EmbeddedException(file + " cannot be used: " + e + ". Make it readable and writable.", e);
        }
    }

    private List<String> replay() throws IOException {
        byte[] all = Files.readAllBytes(file);
        List<String> texts = new ArrayList<>();
        int begin = 0;
        for (int i = 0; i < all.length; i++) {
            if (all[i] == '\n') {
                texts.add(checkLine(all, begin, i, texts.size() + 1));
                begin = i + 1;
            }
        }
        if (begin < all.length) {
            LOGGER.atWarn()
                    .addKeyValue("file", file)
                    .addKeyValue("bytes", all.length - begin)
                    .log("unfinished last registration cut off");
            channel.truncate(begin);
            channel.force(true);
        }
        channel.position(begin);
        return texts;
    }

    private String checkLine(byte[] all, int begin, int end, int lineNumber) {
        int jsonBegin = begin + MARK_LENGTH + 1;
        if (end > jsonBegin && all[jsonBegin - 1] == ' ') {
            byte[] json = Arrays.copyOfRange(all, jsonBegin, end);
            byte[] expected = next(mark, json);
            String found = new String(all, begin, MARK_LENGTH, UTF_8);
            if (HexFormat.of().formatHex(expected).equals(found)) {
                mark = expected;
                return new String(json, UTF_8);
            }
        }
        throw new EmbeddedException("Line " + lineNumber + " of " + file
                + " is damaged: its check sum does not match. Restore the file from a copy; without it the ids of"
                + " registered schemas are lost.");
    }

    /**
     * Writes a text and returns when it is on the disk.
     *
     * @throws IOException if that is not certain; every later call then fails too, until the file is opened again,
     *     because what the file ends in is not known
     */
    void append(String json) throws IOException {
        if (broken) {
            throw new IOException("an earlier write failed; start the registry again");
        }
        byte[] text = json.getBytes(UTF_8);
        byte[] following = next(mark, text);
        ByteArrayOutputStream line = new ByteArrayOutputStream(text.length + MARK_LENGTH + 2);
        line.writeBytes(HexFormat.of().formatHex(following).getBytes(UTF_8));
        line.write(' ');
        line.writeBytes(text);
        line.write('\n');
        broken = true;
        ByteBuffer bytes = ByteBuffer.wrap(line.toByteArray());
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        channel.force(true);
        broken = false;
        mark = following;
    }

    private static byte[] next(byte[] previous, byte[] json) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(previous);
            return sha256.digest(json);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
