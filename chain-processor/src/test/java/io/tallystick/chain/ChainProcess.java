// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The chain stage in a JVM of its own, to be killed. */
final class ChainProcess {
    private ChainProcess() {}

    static Process start(RunningLedger ledger, Path state) throws IOException {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                classPath,
                ChainProcess.class.getName(),
                ChainConfig.STATE_DIR + "=" + state));
        ledger.properties.forEach((key, value) -> command.add(key + "=" + value));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(state.resolve("process.log").toFile())
                .start();
    }

    /** Runs until it is killed, or halts by itself if the stage stops. */
    public static void main(String[] settings) {
        Map<String, String> properties = new HashMap<>();
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            properties.put(setting.substring(0, equals), setting.substring(equals + 1));
        }
        new ChainApplication(new ChainConfig(properties), new SimpleMeterRegistry(), fault -> Runtime.getRuntime()
                        .halt(1))
                .start();
    }
}
