// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A process that has a broker process, and waits to be killed. Prints {@code <broker pid> <bootstrap servers>}. */
final class ParentMain {

    private ParentMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        BrokerProcess broker =
                BrokerProcess.start(Path.of(arguments[0]), EmbeddedOptions.defaults(), fatal -> Runtime.getRuntime()
                        .halt(3));
        System.out.println(broker.pid() + " " + broker.bootstrapServers());
        new CountDownLatch(1).await();
    }
}
