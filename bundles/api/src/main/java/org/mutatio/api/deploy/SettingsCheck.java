package org.mutatio.api.deploy;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

/// A bundle's own reading of a table of mutatio.toml, before the table is handed on to it: names and types are checked
/// by the deployer, what a text has to look like is known here. A component of its own, so that it is there also while
/// its bundle's main component cannot be, for just such a table.
@ConsumerType
public interface SettingsCheck {

    /// Service property: the PID, or factory PID, whose tables are read.
    String PID = "mutatio.pid";

    /// Reads it as it will be read, and changes nothing.
    ///
    /// @param table by name, as ConfigAdmin will give it; keys may be missing
    /// @throws IllegalArgumentException it cannot be read; the text tells the administrator why
    void read(Map<String, Object> table);

    /// The table as Declarative Services will give it to a component (compendium 112.8.2): missing keys have their
    /// defaults.
    ///
    /// @param type a component property type
    static <C> C typed(Class<C> type, Map<String, Object> table) {
        InvocationHandler keys = (_, method, _) -> value(method, table.get(name(method)));
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, keys));
    }

    private static String name(Method method) {
        return method.getName().replace('_', '.');
    }

    private static @Nullable Object value(Method method, @Nullable Object given) {
        if (given == null) {
            return method.getDefaultValue();
        }
        Class<?> wanted = method.getReturnType();
        if (wanted == int.class && given instanceof Long number) {
            if (number.intValue() != number) {
                throw new IllegalArgumentException(number + " is more than a number here may be");
            }
            return number.intValue();
        }
        if (wanted == double.class && given instanceof Number number) {
            return number.doubleValue();
        }
        if (wanted == String[].class && given instanceof String text) {
            return new String[] {text};
        }
        return given;
    }
}
