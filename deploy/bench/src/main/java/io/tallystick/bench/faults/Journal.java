// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * What a producer knows of its records, written before each is sent and after it was answered: the other side of the
 * oracle. One line each, written in one piece. Safe for several threads.
 *
 * <pre>
 * S number chain digest    about to be sent; hex SHA-256 of the value, "-" for none
 * A number offset          acknowledged, and its transaction committed
 * X number                 its transaction was aborted
 * </pre>
 *
 * <p>A record without a second line may be in the ledger or not.
 */
final class Journal implements AutoCloseable {
    private final OutputStream out;
    private long sent;
    private long acknowledged;

    Journal(Path file) throws IOException {
        this.out = Files.newOutputStream(file);
    }

    /** The record's number. */
    synchronized long sent(String chain, ProducerRecord<byte[], byte[]> record) {
        long number = sent++;
        write("S " + number + " " + chain + " " + digest(record.value()));
        return number;
    }

    synchronized void acknowledged(long number, long offset) {
        acknowledged++;
        write("A " + number + " " + offset);
    }

    synchronized void aborted(long number) {
        write("X " + number);
    }

    synchronized long acknowledged() {
        return acknowledged;
    }

    private void write(String line) {
        try {
            out.write((line + "\n").getBytes(US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String digest(byte[] value) {
        if (value == null) {
            return "-";
        }
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(value));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public synchronized void close() throws IOException {
        out.close();
    }
}
