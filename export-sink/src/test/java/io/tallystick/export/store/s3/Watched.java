// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.s3;

import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.StoreWatch;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers what a store reported. */
final class Watched implements StoreWatch {
    private final List<String> reports = new CopyOnWriteArrayList<>();

    List<String> reports() {
        return reports;
    }

    @Override
    public void ambiguous(ObjectName name, String found) {
        reports.add("ambiguous " + name);
    }
}
