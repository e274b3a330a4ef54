//! Spans, codes and hints of a finding, and the renderers for people and machines.
