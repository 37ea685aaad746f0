package org.mutatio.deployer.tiny;

public final class Throwing implements Runnable {
    public Throwing() {
        throw new NoSuchMethodError("of another SDK");
    }

    @Override
    public void run() {}
}
