"""Practice and our own no are found and counted without looking at every conversation."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0002_guards'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(condition=models.Q(('practice', True)), fields=['opened_ms'], name='conversation_practice'),
        ),
        migrations.AddIndex(
            model_name='decline',
            index=models.Index(fields=['at_ms', 'staff', 'reason', 'conversation'], name='decline_counted'),
        ),
    ]
