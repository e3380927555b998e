// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static io.tallystick.verify.Phase.CHAINS;
import static io.tallystick.verify.Phase.COMPLETENESS;
import static io.tallystick.verify.Phase.DIGESTS;
import static io.tallystick.verify.Phase.ENTRIES;
import static io.tallystick.verify.Phase.SIGNATURES;
import static io.tallystick.verify.Phase.STRUCTURE;

import io.tallystick.verify.MutationTest.Mutation;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What is planted beside evidence so that something else is looked at, and what quietly changes between windows. */
final class TargetMutations {
    private TargetMutations() {}

    private static Mutation failed(String name, Phase phase, String message, MutationTest.Tamper tamper) {
        return new Mutation(name, ExitCode.FAILED, phase, message, tamper);
    }

    private static Mutation noted(String name, Phase phase, String message, MutationTest.Tamper tamper) {
        return new Mutation(name, ExitCode.VALID, phase, message, tamper);
    }

    private static Mutation incomplete(String name, String message, MutationTest.Tamper tamper) {
        return new Mutation(name, ExitCode.INCOMPLETE, COMPLETENESS, message, tamper);
    }

    static Stream<Mutation> rows() {
        return Stream.of(planted(), archives(), strays(), registry(), limits()).flatMap(rows -> rows);
    }

    private static void sums(Tampering t) throws IOException {
        Files.writeString(t.bucket.resolve("SHA256SUMS"), "");
    }

    /** Gives the bucket, with acme alone, the form of an archive. */
    private static void archive(Tampering t) throws IOException {
        Scenario.deleteAll(t.bucket.resolve("v1/tenant=globex"));
        sums(t);
        for (String name : List.of("README.txt", "trust-root.json")) {
            Files.writeString(t.bucket.resolve(name), "");
        }
        Files.createDirectory(t.bucket.resolve("report"));
    }

    private static Stream<Mutation> archives() {
        return Stream.of(
                failed("list of digests beside a forged bucket", ENTRIES, "payload or its salt", t -> {
                    sums(t);
                    t.acme(0).editLine(Scenario.DATA, 2, "second", "sekond");
                }),
                incomplete("list of digests beside a bucket that lost a tenant", "chain heads in the window of", t -> {
                    sums(t);
                    Scenario.deleteAll(t.bucket.resolve("v1/tenant=globex"));
                }),
                failed(
                        "manifest and list of digests beside a bucket",
                        STRUCTURE,
                        "two readings: a bundle, and the bucket in v1",
                        t -> {
                            sums(t);
                            Files.copy(t.acme(0).folder.resolve("manifest.json"), t.bucket.resolve("manifest.json"));
                        }),
                failed("bundle forged in an archive", ENTRIES, "payload or its salt", t -> {
                    archive(t);
                    t.acme(0).editLine(Scenario.DATA, 2, "second", "sekond");
                }),
                failed("bundle beside the bucket of an archive", STRUCTURE, "two readings: a tenant's folder", t -> {
                    archive(t);
                    Scenario.copy(t.acme(0).folder, t.bucket.resolve("report/bundle"));
                }),
                failed("unknown file in the bucket of an archive", STRUCTURE, "v1/notes.txt: does not belong", t -> {
                    archive(t);
                    Files.writeString(t.bucket.resolve("v1/notes.txt"), "x");
                }),
                incomplete(
                        "window dropped from an archive",
                        "missing: every window from 2026-11-21T03:15:00Z to 2026-11-21T03:30:00Z",
                        t -> {
                            archive(t);
                            Scenario.deleteAll(t.acme(1).folder);
                        }),
                incomplete(
                        "last window dropped from an archive",
                        "2 chain heads in the window of 2026-11-21T03:45:00Z",
                        t -> {
                            archive(t);
                            Scenario.deleteAll(t.acme(3).folder);
                        }),
                incomplete(
                        "form of an archive given to a bucket with a second tenant",
                        "chain heads in the window of",
                        t -> {
                            Files.createDirectory(t.bucket.resolve("v1/tenant=initech"));
                            archive(t);
                        }));
    }

    /** Moves acme's folder away, forges a payload in it and points the request at it. */
    private static Path forgedTenant(Tampering t) throws IOException {
        t.acme(0).editLine(Scenario.DATA, 2, "second", "sekond");
        Path tenant = Scenario.copy(t.bucket.resolve("v1/tenant=acme"), t.folder.resolve("tenant=acme"));
        t.target(tenant);
        return tenant;
    }

    private static Path genuine(Tampering t) {
        return t.ledger.bucket.resolve("v1");
    }

    private static Stream<Mutation> planted() {
        return Stream.of(
                failed("genuine bucket planted in a forged bundle", STRUCTURE, "two readings: a bundle, and", t -> {
                    t.acme(0).editLine(Scenario.DATA, 2, "second", "sekond");
                    Scenario.copy(genuine(t), t.acme(0).folder.resolve("v1"));
                    t.only(t.acme(0));
                }),
                failed("forged bundle below a planted bucket is looked at", ENTRIES, "payload or its salt", t -> {
                    t.acme(0).editLine(Scenario.DATA, 2, "second", "sekond");
                    Scenario.copy(genuine(t), t.acme(0).folder.resolve("v1"));
                    t.only(t.acme(0));
                }),
                failed(
                        "genuine bucket planted in a forged tenant's folder",
                        STRUCTURE,
                        "two readings: a tenant's folder, and the bucket in v1",
                        t -> Scenario.copy(genuine(t), forgedTenant(t).resolve("v1"))),
                failed(
                        "forged tenant's folder beside a planted bucket is looked at",
                        ENTRIES,
                        "payload or its salt",
                        t -> Scenario.copy(genuine(t), forgedTenant(t).resolve("v1"))),
                failed(
                        "empty registry planted in a forged tenant's folder",
                        STRUCTURE,
                        "two readings: a tenant's folder, and a bucket, with registry",
                        t -> Files.createDirectory(forgedTenant(t).resolve("registry"))),
                failed(
                        "genuine tenant planted in a forged tenant's folder",
                        STRUCTURE,
                        "two readings: a tenant's folder, and a bucket, with tenant=globex",
                        t -> Scenario.copy(
                                genuine(t).resolve("tenant=globex"),
                                forgedTenant(t).resolve("tenant=globex"))),
                failed("bundles deep beside a genuine bucket", STRUCTURE, "two readings: a tenant's folder", t -> {
                    t.acme(0).editLine(Scenario.DATA, 2, "second", "sekond");
                    Path mixed = Files.createDirectory(t.folder.resolve("mixed"));
                    Scenario.copy(
                            t.acme(0).folder,
                            Files.createDirectories(mixed.resolve("a/b")).resolve("c"));
                    Scenario.copy(genuine(t), mixed.resolve("v1"));
                    t.target(mixed);
                }),
                failed("bucket in a bucket", STRUCTURE, "two readings: a bucket, and the bucket in v1", t -> {
                    Path outer = t.bucket.resolve("v1");
                    Scenario.copy(genuine(t), outer.resolve("v1"));
                    t.target(outer);
                }),
                failed(
                        "unknown folder in a bucket",
                        STRUCTURE,
                        "v1/tenants: does not belong",
                        t -> Files.createDirectory(t.bucket.resolve("v1/tenants"))),
                failed(
                        "unknown file in a bucket",
                        STRUCTURE,
                        "v1/notes.txt: does not belong",
                        t -> Files.writeString(t.bucket.resolve("v1/notes.txt"), "x")),
                failed(
                        "folder of a tenant that cannot be one",
                        STRUCTURE,
                        "v1/tenant=ACME: does not belong",
                        t -> Files.createDirectory(t.bucket.resolve("v1/tenant=ACME"))),
                failed("tenant's folder behind a link", STRUCTURE, "v1/tenant=globex: does not belong", t -> {
                    Files.move(t.bucket.resolve("v1/tenant=globex"), t.folder.resolve("elsewhere"));
                    Files.createSymbolicLink(t.bucket.resolve("v1/tenant=globex"), t.folder.resolve("elsewhere"));
                }),
                failed("bundle behind a link", STRUCTURE, "a symbolic link, not followed", t -> {
                    Files.move(t.acme(2).folder, t.folder.resolve("elsewhere"));
                    Files.createSymbolicLink(t.acme(2).folder, t.folder.resolve("elsewhere"));
                }),
                failed(
                        "leaves planted in a bundle",
                        STRUCTURE,
                        "leaves.ndjson: a file that does not belong",
                        t -> Files.copy(
                                t.leaves(1).resolve("leaves.ndjson"),
                                t.acme(1).folder.resolve("leaves.ndjson"))),
                failed("bundle made to look like the registry", STRUCTURE, "manifest.json: the file is missing", t -> {
                    t.acme(1).delete("manifest.json");
                    Files.copy(
                            t.leaves(1).resolve("leaves.ndjson"),
                            t.acme(1).folder.resolve("leaves.ndjson"));
                }),
                new Mutation(
                        "trust root that is a folder",
                        ExitCode.UNTRUSTED,
                        SIGNATURES,
                        "the trust root cannot be used: it is a folder",
                        t -> t.request = VerifyRequest.of(t.bucket).withTrustRoot(t.folder)));
    }

    private static Mutation stray(String name, String path) {
        return failed(name, STRUCTURE, path + ": does not belong", t -> {
            Path file = t.bucket.resolve(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, "x");
        });
    }

    private static Mutation strayFolder(String name, String path) {
        return failed(
                name, STRUCTURE, path + ": does not belong", t -> Files.createDirectories(t.bucket.resolve(path)));
    }

    private static Stream<Mutation> strays() {
        String day = "v1/tenant=acme/dt=2026-11-21/";
        return Stream.of(
                stray("file in a tenant's folder", "v1/tenant=acme/notes.txt"),
                stray("file in a tenant's folder of a day", day + "notes.txt"),
                stray(
                        "file in a tenant's folder of a window without a bundle",
                        day + "window_start=20261121T120000Z/a"),
                strayFolder("folder of a tenant for a day that is none", "v1/tenant=acme/dt=2026-13-01"),
                strayFolder("folder of a tenant for a window of another day", day + "window_start=20261122T000000Z"),
                strayFolder("odd folder in a tenant's", "v1/tenant=acme/old"),
                stray("file among the registry's days", "v1/registry/notes.txt"),
                stray("file among the registry's windows", "v1/registry/dt=2026-11-21/notes.txt"),
                stray(
                        "file beside the registry's leaves",
                        "v1/registry/dt=2026-11-21/window_start=20261121T030000Z/notes.txt"),
                strayFolder("odd folder in the registry", "v1/registry/dt=2026-11-21/latest"),
                stray("file among the anchors' days", "v1/anchors/notes.txt"),
                stray("file among the anchors of a day", "v1/anchors/dt=2026-11-21/notes.txt"),
                strayFolder("anchors of no checkpoint's size", "v1/anchors/dt=2026-11-21/latest"),
                failed("file in the folder of a tenant who is named", STRUCTURE, "notes.txt: does not belong", t -> {
                    Files.writeString(t.bucket.resolve("v1/tenant=acme/notes.txt"), "x");
                    t.request = t.request.withTenant("acme");
                }),
                failed(
                        "registry's window behind a link",
                        STRUCTURE,
                        "030000Z: a symbolic link, not followed",
                        t -> link(t, t.leaves(0))),
                failed(
                        "folder of a tenant who is named behind a link",
                        STRUCTURE,
                        "tenant=acme: a symbolic link, not followed",
                        t -> {
                            link(t, t.bucket.resolve("v1/tenant=acme"));
                            t.request = t.request.withTenant("acme");
                        }),
                failed(
                        "bucket's folder behind a link, and a tenant who is named",
                        STRUCTURE,
                        "v1: a symbolic link, not followed",
                        t -> {
                            link(t, t.bucket.resolve("v1"));
                            t.request = t.request.withTenant("acme");
                        }));
    }

    /** Moves a folder out of the bucket, and leaves a link to it. */
    private static void link(Tampering t, Path folder) throws IOException {
        Path elsewhere = Files.move(folder, t.folder.resolve("elsewhere"));
        Files.createSymbolicLink(folder, elsewhere);
    }

    /** The window's heads are gone, and what is left calls itself a window that a bundle was verified for. */
    private static void callItThirdWindow(Path leaves) throws IOException {
        List<String> lines = Files.readAllLines(leaves);
        String window = lines.get(lines.size() - 1)
                .replaceAll("\"chains\":[0-9]+", "\"chains\":0")
                .replace("\"end\":\"2026-11-21T04:00", "\"end\":\"2026-11-21T03:45")
                .replace("\"start\":\"2026-11-21T03:45", "\"start\":\"2026-11-21T03:30");
        Files.writeString(leaves, window + "\n");
    }

    private static Stream<Mutation> registry() {
        return Stream.of(
                failed(
                        "last window dropped, its leaves called those of the window before",
                        COMPLETENESS,
                        "window of 2026-11-21T03:45:00Z: its leaves say they are of the window of 2026-11-21T03:30:00Z",
                        t -> {
                            Scenario.deleteAll(t.acme(3).folder);
                            Scenario.deleteAll(t.globex(3).folder);
                            callItThirdWindow(t.leaves(3).resolve("leaves.ndjson"));
                        }),
                incomplete(
                        "idle last windows dropped",
                        "the registry reaches 2026-11-21T03:45:00Z, this tenant's bundles only 2026-11-21T03:30:00Z",
                        t -> {
                            Scenario.deleteAll(t.acme(3).folder);
                            Scenario.deleteAll(t.acme(2).folder);
                            Scenario.deleteAll(t.leaves(3));
                            t.target(t.bucket.resolve("v1/tenant=acme"));
                        }),
                incomplete(
                        "registry that begins later, without a bundle to go by",
                        "leaves of the window of 2026-11-21T03:15:00Z: the registry before them is unknown",
                        t -> {
                            Scenario.deleteAll(t.leaves(0));
                            for (int window = 0; window < 2; window++) {
                                Scenario.deleteAll(t.acme(window).folder);
                                Scenario.deleteAll(t.globex(window).folder);
                            }
                        }),
                incomplete(
                        "registry's window behind a link, of one bundle",
                        "the registry has no leaves for the window of 2026-11-21T03:00:00Z",
                        t -> {
                            link(t, t.leaves(0));
                            t.only(t.acme(0));
                        }),
                incomplete(
                        "another window's leaves by their own folder",
                        "the registry has no leaves for the window of 2026-11-21T03:15:00Z",
                        t -> {
                            t.only(t.acme(1));
                            t.request = t.request.withRegistry(t.leaves(2));
                        }));
    }

    private static MutationTest.Tamper manifest(int window, String old, String replacement) {
        return t -> {
            t.acme(window).replace("manifest.json", old, replacement);
            t.reseal(t.acme(window));
        };
    }

    /** Claims depend on clocks of several machines: what is odd about them is said, and refuses nothing. */
    static Stream<Mutation> oddClaims() {
        return Stream.of(
                noted(
                        "claim from after the window",
                        CHAINS,
                        "acme/0: asOf 2026-11-21T04:00:00.001Z is after the window's end 2026-11-21T04:00:00Z",
                        manifest(3, "\"asOf\":\"2026-11-21T03:45:00.000Z", "\"asOf\":\"2026-11-21T04:00:00.001Z")),
                noted(
                        "claim older than the one before",
                        COMPLETENESS,
                        "chain acme/0: asOf is 2026-11-21T03:29:59Z, in a bundle before it was 2026-11-21T03:30:00Z",
                        manifest(3, "\"asOf\":\"2026-11-21T03:45:00.000Z", "\"asOf\":\"2026-11-21T03:29:59.000Z")),
                noted("claim dropped", COMPLETENESS, "chain acme/0: asOf is absent, in a bundle before it was", t -> {
                    t.acme(3).replace("manifest.json", "\"asOf\":\"2026-11-21T03:45:00.000Z\",", "");
                    t.acme(3).replace("manifest.json", ",\"sourceEnd\":9", "");
                    t.reseal(t.acme(3));
                }),
                noted(
                        "source end falls",
                        COMPLETENESS,
                        "chain acme/0: sourceEnd falls from 9 to 8 without a source entry",
                        manifest(3, "\"sourceEnd\":9", "\"sourceEnd\":8")));
    }

    private static Stream<Mutation> limits() {
        return Stream.of(
                failed(
                        "export record over its limit",
                        STRUCTURE,
                        "over its limit of 16777216",
                        t -> sparse(t, "export.json", (16L << 20) + 1)),
                failed(
                        "envelope over its limit",
                        STRUCTURE,
                        "over its limit of 16777216",
                        t -> sparse(t, "bundle.dsse.json", (16L << 20) + 1)),
                failed(
                        "sums over their limit",
                        STRUCTURE,
                        "over its limit of 16777216",
                        t -> sparse(t, "SHA256SUMS", (16L << 20) + 1)),
                failed(
                        "proofs over their limit",
                        STRUCTURE,
                        "over its limit of 50331648",
                        t -> sparse(t, "proofs/registry.json", (48L << 20) + 1)),
                failed(
                        "data file longer than its content can be",
                        ENTRIES,
                        "over its limit of",
                        t -> sparse(t, Scenario.DATA, 1L << 20)),
                failed(
                        "data file too long is not hashed",
                        DIGESTS,
                        Scenario.DATA + " is over a limit and was not",
                        t -> {
                            sparse(t, Scenario.DATA, 1L << 20);
                            t.only(t.acme(0));
                        }));
    }

    private static void sparse(Tampering t, String path, long length) throws IOException {
        try (RandomAccessFile file =
                new RandomAccessFile(t.acme(0).folder.resolve(path).toFile(), "rw")) {
            file.setLength(length);
        }
    }
}
