// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.export.EvidenceStore;
import io.tallystick.verify.ExitCode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;
import picocli.CommandLine.Option;

/** {@code --endpoint}, {@code --region}, {@code --path-style}, {@code --scratch}: how a bucket is reached, and where it is fetched to. */
final class BucketOptions {
    @Option(
            names = "--endpoint",
            paramLabel = "URL",
            description = {
                "Of a bucket: URL of an S3-compatible store (default: AWS), or of an Azure account's blob service.",
                "Credentials come from AWS's or Azure's default chain."
            })
    private String endpoint;

    @Option(
            names = "--region",
            paramLabel = "REGION",
            description = "Region of an S3 bucket (default: from AWS's default chain).")
    private String region;

    @Option(
            names = "--path-style",
            description = "The S3 bucket's name goes into the URL's path instead of its host name.")
    private boolean pathStyle;

    @Option(
            names = "--scratch",
            paramLabel = "DIR",
            description = {
                "Where what is fetched from a bucket lies until the command ends; yours alone, with room for it",
                "(default: a folder in the system's temporary directory)."
            })
    private Path scratch;

    /**
     * The store at a URL.
     *
     * @param properties for what the options do not say
     */
    EvidenceStore store(String url, Map<String, String> properties) {
        try {
            return EvidenceStore.at(
                    url,
                    new EvidenceStore.Access(Optional.ofNullable(endpoint), Optional.ofNullable(region), pathStyle),
                    properties);
        } catch (ConfigException | IllegalArgumentException e) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "cannot use " + url + ": " + e.getMessage(),
                    "It is s3://bucket/prefix, or azure://container/prefix with --endpoint; or give --config with the"
                            + " settings of the ledger's store.",
                    e);
        }
    }

    LocatedEvidence fetch(EvidenceStore store, EvidenceSource.Wanted wanted, PrintWriter err) {
        return FetchedEvidence.of(store, wanted, scratch == null ? defaultScratch() : scratch, err);
    }

    private static Path defaultScratch() {
        String user = System.getProperty("user.name", "").replaceAll("[^A-Za-z0-9._-]", "_");
        return Path.of(System.getProperty("java.io.tmpdir"), "tallystick-fetch-" + user);
    }
}
