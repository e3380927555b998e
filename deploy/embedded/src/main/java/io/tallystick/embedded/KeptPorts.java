// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.Properties;

/**
 * Ports chosen once and kept in {@code ports.properties}, so that clients find a restarted broker where it was.
 *
 * <p>They are taken from 20,000 to 32,767: below the range from which Linux, macOS and Windows take the local ports of
 * outgoing connections, so that a kept port is seldom taken at the next start. Not for use by several threads; the
 * directory is locked by the caller.
 */
final class KeptPorts {

    private static final String FILE_NAME = "ports.properties";
    private static final int FIRST = 20_000;
    private static final int COUNT = 12_768;
    private static final int ATTEMPTS = 200;

    private final Path file;
    private final Properties kept = new Properties();

    /** Reads what is kept in the directory; unreadable text counts as nothing kept. */
    KeptPorts(Path directory) {
        file = directory.resolve(FILE_NAME);
        if (Files.exists(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                kept.load(reader);
            } catch (IOException | IllegalArgumentException e) {
                throw new EmbeddedException(file + " cannot be read: " + e + ". Remove it to choose ports anew.", e);
            }
        }
    }

    /**
     * The port to listen on, kept from now on.
     *
     * @param requested 1 to 65535, or 0 for the kept one if it is free, else a free one
     * @throws EmbeddedException if the requested port is in use
     */
    int choose(String name, String host, int requested) {
        int port = requested;
        if (requested != 0) {
            if (!isFree(host, requested)) {
                throw new EmbeddedException("Port " + requested + " of " + host
                        + " is in use. Stop what listens there, or choose another port.");
            }
        } else {
            port = keptPort(name).filter(p -> isFree(host, p)).orElseGet(() -> anyFree(host));
        }
        kept.setProperty(name, Integer.toString(port));
        save();
        return port;
    }

    private Optional<Integer> keptPort(String name) {
        String text = kept.getProperty(name, "");
        return text.matches("[1-9][0-9]{0,4}") && Integer.parseInt(text) < 1 << 16
                ? Optional.of(Integer.valueOf(text))
                : Optional.empty();
    }

    private int anyFree(String host) {
        SecureRandom random = new SecureRandom();
        for (int i = 0; i < ATTEMPTS; i++) {
            int port = FIRST + random.nextInt(COUNT);
            if (!kept.containsValue(Integer.toString(port)) && isFree(host, port)) {
                return port;
            }
        }
        throw new EmbeddedException("No free port found on " + host + " between " + FIRST + " and "
                + (FIRST + COUNT - 1) + ". Give a port, or check that the address exists.");
    }

    static boolean isFree(String host, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void save() {
        Path next = file.resolveSibling(FILE_NAME + ".next");
        try {
            try (Writer writer = Files.newBufferedWriter(next)) {
                kept.store(writer, null);
            }
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new EmbeddedException(file + " cannot be written: " + e + ". Make the directory writable.", e);
        }
    }
}
