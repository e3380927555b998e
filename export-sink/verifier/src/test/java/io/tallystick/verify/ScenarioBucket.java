// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Set-up of tests that tamper with a bucket: the scenario's is written once a class, and each test has its own copy. */
abstract class ScenarioBucket {
    private static final long SEED = 2;

    @TempDir
    static Path shared;

    static Scenario scenario;

    @TempDir
    Path folder;

    Tampering bucket;

    @BeforeAll
    static void writeBucket() throws IOException {
        scenario = Scenario.write(shared, SEED);
    }

    @BeforeEach
    void copyBucket() throws IOException {
        bucket = new Tampering(scenario, folder);
    }
}
