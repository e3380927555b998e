// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.anchor.AnchorApplication;
import io.tallystick.anchor.AnchorConfig;
import io.tallystick.chain.ChainApplication;
import io.tallystick.chain.ChainConfig;
import io.tallystick.ingest.IngestApplication;
import io.tallystick.ingest.IngestConfig;
import java.util.Map;

/** Makes stages for this JVM, to be started; one that stops by itself ends the program, for no figure of it would mean anything. */
final class Stages {
    private Stages() {}

    static ChainApplication chain(Map<String, String> properties) {
        return new ChainApplication(new ChainConfig(properties), new SimpleMeterRegistry(), Stages::fatal);
    }

    static AnchorApplication anchor(Map<String, String> properties) {
        return new AnchorApplication(new AnchorConfig(properties), new SimpleMeterRegistry(), Stages::fatal);
    }

    static IngestApplication ingest(Map<String, String> properties) {
        return new IngestApplication(new IngestConfig(properties), new SimpleMeterRegistry(), Stages::fatal);
    }

    private static void fatal(Throwable fault) {
        System.err.println("a stage stopped: " + fault);
        Runtime.getRuntime().halt(1);
    }
}
