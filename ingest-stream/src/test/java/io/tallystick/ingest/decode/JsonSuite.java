// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** nst/JSONTestSuite as it lies in the test jar of {@code schemas/formats}, with the decisions on what it leaves open. */
final class JsonSuite {
    private static final String CASES = "/vectors/json/JSONTestSuite/test_parsing";

    /** A row of the decisions: {@code ACCEPTED} or the fault, and why. */
    record Decision(String file, String decision, String reason) {}

    private JsonSuite() {}

    /** The cases by file name. */
    static Map<String, byte[]> cases() {
        try {
            URI uri = JsonSuite.class.getResource(CASES).toURI();
            if (uri.getScheme().equals("file")) {
                return read(Path.of(uri));
            }
            try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
                return read(jar.getPath(CASES));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static List<Decision> decisions() {
        try (InputStream in = JsonSuite.class.getResourceAsStream("/vectors/json/decisions.tsv")) {
            return new String(in.readAllBytes(), UTF_8)
                    .lines()
                    .skip(1)
                    .map(line -> line.split("\t", -1))
                    .map(columns -> new Decision(columns[0], columns[1], columns[2]))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, byte[]> read(Path directory) throws IOException {
        Map<String, byte[]> cases = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                cases.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
        }
        return cases;
    }
}
