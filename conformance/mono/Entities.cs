using System;
using System.Data.Services.Common;

namespace TenantReporting {
    /// The class that code generators made of $metadata, with the nullable minutes that careful programmers gave it.
    [DataServiceKey("Date")]
    public class CsP2PAVTimeReport {
        public long ID { get; set; }
        public DateTime Date { get; set; }
        public Guid TenantGuid { get; set; }
        public string TenantName { get; set; }
        public long? TotalAudioMinutes { get; set; }
        public long? TotalVideoMinutes { get; set; }
    }

    /// A class of only what $select asks for; the client refuses any property beyond it.
    [DataServiceKey("Date")]
    public class Narrow {
        public DateTime Date { get; set; }
        public long? TotalAudioMinutes { get; set; }
        public long? TotalVideoMinutes { get; set; }
    }
}
