// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.export.EvidenceStore;
import io.tallystick.export.fetch.Extent;
import io.tallystick.export.fetch.Narrowing;
import io.tallystick.verify.ExitCode;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Where evidence is: on this machine, or in a bucket, of which what is needed is fetched first. */
final class EvidenceSource {
    static final String FOLDER_OR_ZIP =
            "Folder of a bundle, of a tenant (v1/tenant=acme), or of a bucket; or a zip of one; or a bucket:";
    static final String OR_URL = "s3://bucket/prefix or azure://container/prefix, as in ledger.export.store.";

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = {
                "Properties of a ledger. With nothing named its own store is meant; with a bucket, they say what the options",
                "do not (ledger.export.s3.endpoint, ledger.export.azure.connection.string.file, ...)."
            })
    private Path config;

    @Mixin
    private BucketOptions bucket;

    /**
     * What is named, if it is a bucket.
     *
     * @param target a folder, a zip or a bucket's URL; null if none is named, then it is the configuration's store
     * @throws CommandException if nothing that could be evidence is named
     */
    private Optional<EvidenceStore> store(CommandSpec spec, String target) {
        if (target == null && config == null) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "Which evidence? Name where it lies, or a ledger's configuration with --config.");
        }
        Map<String, String> properties = config == null ? Map.of() : ConfigFile.read(config);
        if (target == null) {
            return Optional.of(EvidenceStore.of(properties));
        }
        return EvidenceStore.isUrl(target) ? Optional.of(bucket.store(target, properties)) : Optional.empty();
    }

    /**
     * What is read of this machine: the folder or zip with the evidence, and the configuration.
     *
     * @param target as for {@link #locate}
     * @throws CommandException if nothing that could be evidence is named
     */
    List<Path> read(CommandSpec spec, String target) {
        Optional<EvidenceStore> store = store(spec, target);
        Optional<Path> here = store.isPresent() ? store.get().directory() : Optional.of(path(target));
        return Stream.of(here, Optional.ofNullable(config))
                .flatMap(Optional::stream)
                .toList();
    }

    /** What of a bucket is needed. */
    record Wanted(Extent extent, Narrowing narrowing) {}

    /**
     * Fetches what is wanted, if it is in a bucket. What lies on this machine is taken as it is.
     *
     * @param target a folder, a zip or a bucket's URL; null for the configuration's store
     * @param wanted asked for a bucket alone, before anything is fetched; may throw a {@link CommandException}
     * @throws CommandException if it cannot be had
     */
    LocatedEvidence locate(CommandSpec spec, String target, Supplier<Wanted> wanted) {
        Optional<EvidenceStore> store = store(spec, target);
        if (store.isEmpty()) {
            return new LocatedEvidence.Local(path(target));
        }
        Optional<Path> directory = store.get().directory();
        return directory.isPresent()
                ? new LocatedEvidence.Local(directory.get())
                : bucket.fetch(store.get(), wanted.get(), spec.commandLine().getErr());
    }

    /** Of this tenant alone, if one is named. */
    static Extent extent(String tenant) {
        try {
            return tenant == null ? Extent.ALL : Extent.ALL.withTenant(tenant);
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, e.getMessage(), "Name it as the bucket's folder does.", e);
        }
    }

    /** Said before hours are spent on fetching. */
    static void requireThere(Path file, String option) {
        if (file != null && !Files.exists(file)) {
            throw new CommandException(
                    ExitCode.USAGE, file + " does not exist", "Name a file that is there with " + option + ".");
        }
    }

    static Path path(String text) {
        if (text.matches("[A-Za-z][A-Za-z0-9+.-]+://.*")) {
            throw new CommandException(
                    ExitCode.USAGE,
                    text + " is no URL that evidence is fetched from",
                    "A bucket is s3://bucket/prefix or azure://container/prefix.");
        }
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new CommandException(ExitCode.USAGE, "not a path: " + text, "Name a folder, or a zip of one.", e);
        }
    }
}
